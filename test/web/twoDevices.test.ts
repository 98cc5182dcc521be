import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import type { ReadingJson } from '../../protocol/api.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { cosignReading } from '../../server/web/charging/signing.ts';
import { mergeBooking } from '../../server/web/vault/mergeBookings.ts';
import { bookedOf, REF } from './vaultBookings.ts';

const WINDOWS = { reportSec: 600, challengeSec: 600, proofSec: 600 };
const agent = privateKeyToAccount(generatePrivateKey());

const booked = bookedOf(0);
const START = booked.booking.firstSlot * SLOT_SEC;
const NOW = START + 700;
const base: StoredBooking = {
  ...booked,
  booking: { ...booked.booking, terms: { ...booked.booking.terms, agentKey: agent.address } },
};

const reading = (seq: number, change: Partial<ReadingJson> = {}): ReadingJson => ({
  bookingId: base.bookingId,
  ...{ seq, energyWh: 100 * seq, beganAt: START + 60, endedAt: START + 60 + 40 * seq, overstaySec: 0 },
  ...{ isFinal: false, evidenceHash: zeroHash, registersCommitment: zeroHash, ...change },
});

const byAgent = (what: ReadingJson): Promise<Hex> => signMessageOf(agent, REF, 'Reading', what);

/** A device that has co-signed up to a reading. */
async function cosignedTo(device: StoredBooking, what: ReadingJson): Promise<StoredBooking> {
  const cosigned = await cosignReading(device, WINDOWS, NOW, what, await byAgent(what));
  return { ...device, cosigned };
}

const refused = (code: string) => expect.objectContaining({ code });

describe('two devices with one session key', () => {
  it('sign the same reading alike, so that it does not matter whose signature arrives', async () => {
    const [phone, laptop] = await Promise.all([cosignedTo(base, reading(3)), cosignedTo(base, reading(3))]);
    expect(phone.cosigned).toEqual(laptop.cosigned);
    expect(mergeBooking(phone, laptop)).toEqual(phone);
  });

  it('sign on from the newest reading that either signed', async () => {
    const phone = await cosignedTo(base, reading(5));
    const laptop = mergeBooking(await cosignedTo(base, reading(3)), phone);
    await expect(cosignedTo(laptop, reading(4))).rejects.toThrow(refused('reading.notNewer'));
    expect((await cosignedTo(laptop, reading(6))).cosigned!.reading.seq).toBe(6);
  });

  it('sign nothing any more once either has signed the final reading', async () => {
    const ended = await cosignedTo(base, reading(5, { isFinal: true }));
    const laptop = mergeBooking(await cosignedTo(base, reading(7)), ended);
    await expect(cosignedTo(laptop, reading(8))).rejects.toThrow(refused('reading.afterFinal'));
  });

  it('have less energy standing where a lying agent had one number signed twice', async () => {
    const more = await cosignedTo(base, reading(5, { energyWh: 600 }));
    const less = await cosignedTo(base, reading(5));
    expect(mergeBooking(more, less).cosigned).toEqual(less.cosigned);
    await expect(cosignedTo(mergeBooking(more, less), reading(5, { energyWh: 600 }))).rejects.toThrow(
      refused('reading.notNewer'),
    );
  });
});
