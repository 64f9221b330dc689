<?php
// A SAML identity provider by SimpleSAMLphp, of Debian's package: lets everybody in at once, as one person.
//
//     PEER_CONFIG=peer.json SIMPLESAMLPHP_CONFIG_DIR=tests/peers/simplesamlphp \
//         php -S 127.0.0.1:PORT -t target/peers/simplesamlphp/www
//
// {"url": "http://127.0.0.1:PORT", "entity_id": "https://idp.example/",
//  "sp_metadata": "/some/folder/silta-metadata.xml",              read anew at each request, by its own parser
//  "logout_bindings": ["urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"],
//  "identity": {"urn:oid:2.5.4.4": ["Åberg-O'Hara"]},             by SAML Name, values as they are
//  "authn_context": "http://ftn.ficora.fi/2017/loa2",
//  "folder": "/some/folder"}                                      holds idp.key and idp.crt, and its sessions
//
// /saml2/idp/metadata.php has its metadata. /saml2/idp/SSOService.php takes AuthnRequests by Redirect,
// /saml2/idp/SingleLogoutService.php LogoutRequests and LogoutResponses by those bindings; with ?ReturnTo=URL the person logs
// out there, and at every service provider in turn.

$peer = json_decode(file_get_contents(getenv('PEER_CONFIG')), true);

$config = [
    'baseurlpath' => $peer['url'] . '/',
    'certdir' => $peer['folder'] . '/',
    'datadir' => $peer['folder'] . '/',
    'tempdir' => $peer['folder'] . '/simplesamlphp',
    'metadatadir' => __DIR__ . '/metadata/',
    'metadata.sources' => [['type' => 'flatfile']],
    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'exampleauth' => true, 'saml' => true],
    'store.type' => 'phpsession',
    'session.phpsession.savepath' => $peer['folder'],
    'session.cookie.secure' => false,
    'secretsalt' => 'nothing-but-these-tests',
    'auth.adminpassword' => 'nobody-logs-in-as-this',
    'trusted.url.domains' => ['rp.example'],
    'timezone' => 'UTC',
    'logging.handler' => 'errorlog',
    // NOTICE would print whose login it was.
    'logging.level' => SimpleSAML\Logger::WARNING,
    'language.available' => ['en'],
    'language.default' => 'en',
    'theme.use' => 'default',
];
