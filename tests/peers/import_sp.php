<?php
// What SimpleSAMLphp takes of a service provider's metadata, as import_sp.py has it:
//   php import_sp.php FOLDER-OF-SIMPLESAMLPHP < metadata.xml

require $argv[1] . '/lib/_autoload.php';
SimpleSAML\Configuration::setPreLoadedConfig(SimpleSAML\Configuration::loadFromArray([]));
$sp = SimpleSAML\Metadata\SAMLParser::parseString(stream_get_contents(STDIN))->getMetadata20SP();
sort($sp['attributes']);
echo json_encode([
    'entity_id' => $sp['entityid'],
    'display_name' => array_values($sp['UIInfo']['DisplayName']),
    'entity_attributes' => $sp['EntityAttributes'],
    'requested' => $sp['attributes'],
    'acs' => array_column($sp['AssertionConsumerService'], 'Location'),
    'slo' => array_column($sp['SingleLogoutService'], 'Location'),
    'contacts' => array_column($sp['contacts'], 'contactType'),
]);
