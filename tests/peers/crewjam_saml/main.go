// A SAML identity provider by crewjam/saml's samlidp: lets everybody in at once, as one person. It has no single logout.
//
//	crewjam_saml '{"port": 8080, "key": "/some/idp.key", "certificate": "/some/idp.crt", "person": {"urn:oid:2.5.4.4": ["Å"]}}'
//
// GET /metadata has its metadata, and PUT /services/NAME takes a service provider's.
package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"

	"github.com/crewjam/saml"
	"github.com/crewjam/saml/samlidp"
)

type settings struct {
	Port             int
	Key, Certificate string
	Person           map[string][]string
}

func main() {
	var told settings
	must(0, json.Unmarshal([]byte(os.Args[1]), &told))
	address := fmt.Sprintf("127.0.0.1:%d", told.Port)
	server := must(samlidp.New(samlidp.Options{
		URL:         url.URL{Scheme: "http", Host: address},
		Key:         must(x509.ParsePKCS8PrivateKey(octets(told.Key))),
		Certificate: must(x509.ParseCertificate(octets(told.Certificate))),
		Store:       &samlidp.MemoryStore{},
	}))
	server.IDP.SessionProvider = told
	server.IDP.SignatureMethod = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" // RSA with SHA-1 otherwise
	must(0, http.ListenAndServe(address, server))
}

// GetSession is samlidp's question who is at the browser.
func (told settings) GetSession(http.ResponseWriter, *http.Request, *saml.IdpAuthnRequest) *saml.Session {
	now := saml.TimeNow()
	session := &saml.Session{
		NameID: rand.Text(), NameIDFormat: string(saml.TransientNameIDFormat), Index: rand.Text(),
		CreateTime: now, ExpireTime: now.Add(saml.MaxIssueDelay),
	}
	for name, values := range told.Person {
		attribute := saml.Attribute{Name: name, NameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}
		for _, value := range values {
			attribute.Values = append(attribute.Values, saml.AttributeValue{Type: "xs:string", Value: value})
		}
		session.CustomAttributes = append(session.CustomAttributes, attribute)
	}
	return session
}

// What a file of PEM holds.
func octets(path string) []byte {
	block, _ := pem.Decode(must(os.ReadFile(path)))
	return block.Bytes
}

func must[T any](value T, failed error) T {
	if failed != nil {
		log.Fatal(failed)
	}
	return value
}
