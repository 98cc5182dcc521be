import type { PhotoType } from '../../../protocol/api/profiles.ts';

/** A picture without what stood beside it in its file. */
export interface Picture {
  contentType: PhotoType;
  /** As it is shown before it is turned. */
  width: number;
  height: number;
  bytes: Uint8Array;
}

/** Why a file is no picture that is taken in. */
export type Fault = 'malformed' | 'animated';

export class PictureFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, detail: string) {
    super(detail);
    this.name = 'PictureFault';
    this.fault = fault;
  }
}

export const malformed = (detail: string): PictureFault => new PictureFault('malformed', detail);

/** Reads the bytes of a file in order, and refuses to read past its end. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at = 0;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(count: number): Uint8Array {
    if (count > this.left)
      throw malformed(`${count} bytes are announced at ${this.at}, ${this.left} are left`);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  uint8(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    this.take(2);
    return this.#view.getUint16(this.at - 2);
  }

  uint32(isLittleEndian = false): number {
    this.take(4);
    return this.#view.getUint32(this.at - 4, isLittleEndian);
  }

  text(count: number): string {
    return String.fromCharCode(...this.take(count));
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
