import type { Socket } from 'node:net';
import type { RpcPeer } from './peer.ts';

/** Unanswered messages of one connection before no more are read. */
const MOST_WAITING = 64;
/** Bytes of answers that a charge point has not read. */
const MOST_UNREAD_BYTES = 262_144;

/**
 * Slows down a charge point that sends faster than its messages are written, or that does not read its answers: its
 * socket is not read, which TCP signals to it. No other charge point waits for it, and the memory it takes is
 * bounded. One that never reads is disconnected because it does not answer pings.
 */
export function slowDown(peer: RpcPeer): void {
  const socket: Socket = peer.handshake.request.socket;
  let waiting = 0;
  const check = () => {
    const isFull = waiting >= MOST_WAITING || socket.writableLength > MOST_UNREAD_BYTES;
    if (isFull === socket.isPaused()) return;
    if (isFull) socket.pause();
    else socket.resume();
  };
  const count = (change: number, isOurs: boolean) => {
    if (isOurs) return;
    waiting += change;
    check();
  };
  peer.on('call', ({ outbound }) => count(1, outbound));
  peer.on('response', ({ outbound }) => count(-1, !outbound));
  peer.on('badMessage', check);
  socket.on('drain', check);
}
