import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { startEnvelope } from '../../protocol/link.ts';
import { open } from '../../protocol/seal.ts';
import { signerOf } from '../../protocol/signature.ts';
import { requireUid } from '../../server/web/booking/card.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { sealStart } from '../../server/web/charging/startStop.ts';

const agentPrivateKey = generatePrivateKey();
const agent = privateKeyToAccount(agentPrivateKey);
const sessionPrivateKey = generatePrivateKey();
const REF = { chainId: 31_337, market: '0x3333333333333333333333333333333333333333' } as const;

const stored = {
  bookingId: `0x${'ab'.repeat(32)}`,
  ref: REF,
  sessionPrivateKey,
  secret: `0x${'5e'.repeat(32)}`,
} as unknown as StoredBooking;

describe('sending the start secret', () => {
  it('seals the secret, signed by the session key, so that only the booked agent can open it', async () => {
    const sealed = await sealStart(stored, agent.publicKey, agent.address);
    const envelope = startEnvelope.parse(JSON.parse(open(agentPrivateKey, sealed)));
    const { bookingId, secret } = envelope;
    expect({ bookingId, secret }).toEqual({ bookingId: stored.bookingId, secret: stored.secret });
    const signer = await signerOf(REF, 'Start', { bookingId, secret }, envelope.signature);
    expect(signer).toBe(privateKeyToAccount(sessionPrivateKey).address);
    expect(() => open(generatePrivateKey(), sealed)).toThrow();
  });

  it('includes a guest’s card, sealed with the secret', async () => {
    const sealed = await sealStart(stored, agent.publicKey, agent.address, requireUid(' 04:a2-B3 c4 '));
    expect(JSON.parse(open(agentPrivateKey, sealed))).toMatchObject({ rfidUid: '04A2B3C4' });
    const plain = await sealStart(stored, agent.publicKey, agent.address);
    expect(JSON.parse(open(agentPrivateKey, plain))).not.toHaveProperty('rfidUid');
  });

  it.each(['', '04:A', '0123456789ABCDEF01234', 'DE*ABC*1'])('refuses a card with the UID "%s"', (typed) => {
    expect(() => requireUid(typed)).toThrow(expect.objectContaining({ code: 'card.uid' }));
  });

  it('sends nothing when the server names another agent than the booked terms', async () => {
    const thief = privateKeyToAccount(generatePrivateKey());
    await expect(sealStart(stored, thief.publicKey, agent.address)).rejects.toMatchObject({
      code: 'start.wrongAgent',
    });
  });
});
