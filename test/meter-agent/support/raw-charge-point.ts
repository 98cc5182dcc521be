import { type ClientOptions, WebSocket } from 'ws';
import { waitFor } from '../../../scripts/lib/wait.ts';

type Frame = [type: number, messageId: string, ...rest: unknown[]];

/** A charge point made of nothing but a WebSocket: it sends the texts that a test gives it. */
export class RawChargePoint {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  isClosed = false;

  constructor(url: string, options: ClientOptions = {}, protocols: string[] = ['ocpp1.6']) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('message', (data) => this.frames.push(JSON.parse(String(data))));
    this.socket.once('close', () => {
      this.isClosed = true;
    });
    this.socket.on('error', () => {});
  }

  /** 'open', or the HTTP status or the error that met the dial. */
  opened(): Promise<string> {
    return new Promise((resolve) => {
      this.socket.once('open', () => resolve('open'));
      this.socket.once('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)));
      this.socket.once('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message));
    });
  }

  /** Sends a text as it is; the answer to that message id. */
  async says(text: string, messageId: string): Promise<Frame> {
    this.socket.send(text);
    return waitFor(`the answer to ${messageId}`, () =>
      this.frames.find(([type, id]) => type !== 2 && id === messageId),
    );
  }

  call(messageId: string, action: string, params: object): Promise<Frame> {
    return this.says(JSON.stringify([2, messageId, action, params]), messageId);
  }

  /** The next call of ours that was not looked at yet; not answered. */
  async wasCalled(action: string): Promise<Frame> {
    return waitFor(`a call of ${action}`, () => {
      const index = this.frames.findIndex((frame) => frame[0] === 2 && frame[2] === action);
      return index < 0 ? undefined : this.frames.splice(index, 1)[0];
    });
  }

  answer([, messageId]: Frame, result: object): void {
    this.socket.send(JSON.stringify([3, messageId, result]));
  }

  close(): void {
    this.socket.terminate();
  }
}
