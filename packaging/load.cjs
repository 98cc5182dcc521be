// Loads a packed program into this process, as if it had been started by itself.
'use strict';
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { plugpact } = require('../package.json');

process.argv[1] = join(__dirname, '..', plugpact.main);
import(pathToFileURL(process.argv[1]).href);
