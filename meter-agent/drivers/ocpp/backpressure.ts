import type { Socket } from 'node:net';
import type { RpcPeer } from './peer.ts';

/** Messages of one line that may wait for their answer before no more are read. */
const MOST_WAITING = 64;
/** Answers that a box has not read. */
const MOST_UNREAD_BYTES = 262_144;

/**
 * A box that sends faster than its messages are written, or that does not read its answers, is slowed down: its
 * socket is not read, and TCP tells it. Nothing else waits for it, and what it makes us keep is bounded. A box that
 * never reads is cut off by the pings that it does not answer.
 */
export function slowDown(peer: RpcPeer): void {
  const socket: Socket = peer.handshake.request.socket;
  let waiting = 0;
  const look = () => {
    const isFull = waiting >= MOST_WAITING || socket.writableLength > MOST_UNREAD_BYTES;
    if (isFull === socket.isPaused()) return;
    if (isFull) socket.pause();
    else socket.resume();
  };
  const count = (change: number, isOurs: boolean) => {
    if (isOurs) return;
    waiting += change;
    look();
  };
  peer.on('call', ({ outbound }) => count(1, outbound));
  peer.on('response', ({ outbound }) => count(-1, !outbound));
  peer.on('badMessage', look);
  socket.on('drain', look);
}
