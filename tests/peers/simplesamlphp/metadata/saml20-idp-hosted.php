<?php
// It signs Response, assertion and every logout message, and encrypts with AES-256-GCM.

$peer = json_decode(file_get_contents(getenv('PEER_CONFIG')), true);

$metadata[$peer['entity_id']] = [
    'host' => '__DEFAULT__',
    'privatekey' => 'idp.key',
    'certificate' => 'idp.crt',
    'auth' => 'everybody',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    'saml20.sign.response' => true,
    'saml20.sign.assertion' => true,
    'assertion.encryption' => true,
    'sharedkey_algorithm' => 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    'validate.authnrequest' => true,
    'validate.logout' => true,
    'sign.logout' => true,
    'SingleLogoutServiceBinding' => $peer['logout_bindings'],
    // One service provider after the other, by redirects; the other way are frames and a script.
    'logouttype' => 'traditional',
    'authproc' => [
        90 => ['class' => 'saml:AuthnContextClassRef', 'AuthnContextClassRef' => $peer['authn_context']],
    ],
];
