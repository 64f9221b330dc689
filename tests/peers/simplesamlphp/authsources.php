<?php
// Everybody is the one person of the configuration, without a page.

$peer = json_decode(file_get_contents(getenv('PEER_CONFIG')), true);

$config = [
    'everybody' => ['exampleauth:StaticSource'] + $peer['identity'],
];
