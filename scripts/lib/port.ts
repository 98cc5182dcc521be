import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** True if nobody listens on the port at the moment of asking; it may be taken a moment later. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Whether a program that ended says that its port was taken: Node and Rust name the error in these words. */
export const saysPortTaken = (text: string): boolean =>
  /EADDRINUSE|EACCES|address already in use/i.test(text);
