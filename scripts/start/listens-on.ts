import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** Inodes of the sockets that listen on a port; proc(5), "tcp": address, state and inode are fields 1, 3, 9. */
function listeningInodes(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const sockets = lines.map((line) => line.trim().split(/\s+/));
  return new Set(
    sockets
      .filter(([, address, , state]) => address?.endsWith(suffix) && state === LISTEN)
      .map((fields) => fields[9]!),
  );
}

/**
 * Whether this very process listens on the port, so that no other program's answer is taken for its own: two
 * runs that look for a free port at the same moment find the same one. Where the system does not tell (it does
 * on Linux), the answer is taken as it comes.
 */
export function listensOn(pid: number, port: number): boolean {
  if (process.platform !== 'linux') return true;
  const inodes = listeningInodes(port);
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).some((fd) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    } catch {
      // Closed in between.
      return false;
    }
  });
}
