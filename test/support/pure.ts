// Set up for each test file of the project `pure`: what opens a socket or starts a program belongs to `live`.
import { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';

function refuse(what: string): never {
  throw new Error(
    `A test of the project "pure" ${what}: name the module that does it in scripts/lib/test-projects.ts.`,
  );
}

Socket.prototype.connect = () => refuse('opened a socket');
Server.prototype.listen = () => refuse('listened on a port');
// Missing in the declared types, called by spawn, fork and exec alike.
(ChildProcess.prototype as ChildProcess & { spawn: () => never }).spawn = () => refuse('started a program');
