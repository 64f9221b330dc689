<?php
// The service provider, as its own metadata describes it.

$peer = json_decode(file_get_contents(getenv('PEER_CONFIG')), true);

$parsed = SimpleSAML\Metadata\SAMLParser::parseString(file_get_contents($peer['sp_metadata']));
$metadata[$parsed->getEntityId()] = $parsed->getMetadata20SP();
