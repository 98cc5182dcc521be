#!/usr/bin/env node
// Begins a packed program: tells people with a too old Node what to do, and gives Node the program's flags. In the oldest
// syntax, since a Node of any age has to read it.
'use strict';
var path = require('path');
var pack = require('../package.json');

var home = path.join(__dirname, '..');
var main = path.join(home, pack.plugpact.main);
var flags = pack.plugpact.nodeFlags;
var environment = pack.plugpact.environment;

/** As in scripts/bootstrap.mjs: it has node:sqlite as it is used here. */
function isNodeUsable(version) {
  var parts = version.split('.');
  var major = Number(parts[0]);
  return major === 22 ? Number(parts[1]) >= 18 : major >= 24 && major % 2 === 0;
}

/** What the program has in its environment where nobody set it; a path is one inside of the package. */
function setEnvironment() {
  Object.keys(environment).forEach(function (key) {
    var value = environment[key];
    if (process.env[key] !== undefined) return;
    process.env[key] = value.slice(0, 2) === './' ? path.join(home, value) : value;
  });
}

if (process.argv[2] === '--version') {
  console.log(pack.version);
  process.exit(0);
}
if (!isNodeUsable(process.versions.node)) {
  console.error(
    pack.name +
      ' needs Node 24 (or 22.18 and later of 22), and this is Node ' +
      process.versions.node +
      ': install Node 24 from https://nodejs.org and start it again.'
  );
  process.exit(2);
}
setEnvironment();
// The same process goes on with the flags, where the system can do that; elsewhere the program runs without them.
if (flags.length > 0 && process.execve !== undefined && process.platform !== 'win32') {
  process.execve(
    process.execPath,
    [process.execPath].concat(flags, main, process.argv.slice(2)),
    process.env
  );
}
require('./load.cjs');
