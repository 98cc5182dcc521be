import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { startEnvelope } from '../../protocol/link.ts';
import { open } from '../../protocol/seal.ts';
import { signerOf } from '../../protocol/signature.ts';
import { requireUid } from '../../server/web/booking/card.ts';
import type { KeptBooking } from '../../server/web/booking/storedBookings.ts';
import { sealStart } from '../../server/web/charging/startStop.ts';

const agentPrivateKey = generatePrivateKey();
const agent = privateKeyToAccount(agentPrivateKey);
const sessionPrivateKey = generatePrivateKey();
const REF = { chainId: 31_337, market: '0x3333333333333333333333333333333333333333' } as const;

const kept = {
  bookingId: `0x${'ab'.repeat(32)}`,
  ref: REF,
  sessionPrivateKey,
  secret: `0x${'5e'.repeat(32)}`,
} as unknown as KeptBooking;

describe('handing over the start', () => {
  it('seals the secret so that the booked agent alone can open it, signed by the session key', async () => {
    const sealed = await sealStart(kept, agent.publicKey, agent.address);
    const envelope = startEnvelope.parse(JSON.parse(open(agentPrivateKey, sealed)));
    const { bookingId, secret } = envelope;
    expect({ bookingId, secret }).toEqual({ bookingId: kept.bookingId, secret: kept.secret });
    const signer = await signerOf(REF, 'Start', { bookingId, secret }, envelope.signature);
    expect(signer).toBe(privateKeyToAccount(sessionPrivateKey).address);
    expect(() => open(generatePrivateKey(), sealed)).toThrow();
  });

  it('names a guest’s card beside the secret, sealed like it', async () => {
    const sealed = await sealStart(kept, agent.publicKey, agent.address, requireUid(' 04:a2-B3 c4 '));
    expect(JSON.parse(open(agentPrivateKey, sealed))).toMatchObject({ rfidUid: '04A2B3C4' });
    const plain = await sealStart(kept, agent.publicKey, agent.address);
    expect(JSON.parse(open(agentPrivateKey, plain))).not.toHaveProperty('rfidUid');
  });

  it.each(['', '04:A', '0123456789ABCDEF01234', 'DE*ABC*1'])('takes no card of the UID "%s"', (typed) => {
    expect(() => requireUid(typed)).toThrow(expect.objectContaining({ code: 'card.uid' }));
  });

  it('sends nothing when the server names another agent than the booked terms', async () => {
    const thief = privateKeyToAccount(generatePrivateKey());
    await expect(sealStart(kept, thief.publicKey, agent.address)).rejects.toMatchObject({
      code: 'start.wrongAgent',
    });
  });
});
