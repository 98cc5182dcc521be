import type { RawData, WebSocket } from 'ws';

/** Of a connection with so many unhandled messages no more is read, until half of them are handled. */
const MOST_WAITING = 32;

/** Handles messages one at a time, in the order in which the agent sent them; the others wait on its side. */
export function inTurn(
  socket: WebSocket,
  handle: (data: RawData) => Promise<void>,
  onError: (error: unknown) => void,
): void {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  const handled = () => {
    waiting -= 1;
    const isOpen = socket.readyState === socket.OPEN;
    if (isOpen && socket.isPaused && waiting <= MOST_WAITING / 2) socket.resume();
  };
  socket.on('message', (data) => {
    if (socket.readyState !== socket.OPEN) return;
    waiting += 1;
    if (waiting >= MOST_WAITING) socket.pause();
    last = last
      .then(() => (socket.readyState === socket.OPEN ? handle(data) : undefined))
      .catch(onError)
      .finally(handled);
  });
}
