import { decodeFunctionData, type Hex, zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { BookingResponse, ReadingJson } from '../../protocol/api.ts';
import { signerOf, signMessageOf } from '../../protocol/signature.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { STATE } from '../../protocol/state.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { finalSettlement } from '../../server/web/charging/settleFinal.ts';
import { cosignReading } from '../../server/web/charging/signing.ts';
import { pageTerms } from './pageTerms.ts';

const REF = { chainId: 31_337, market: '0x3333333333333333333333333333333333333333' } as const;
const WINDOWS = { reportSec: 600, challengeSec: 600, proofSec: 600 };
const FIRST_SLOT = 2_000_000;
const START = FIRST_SLOT * SLOT_SEC;
const NOW = START + 700;

const agent = privateKeyToAccount(generatePrivateKey());
const session = generatePrivateKey();

const stored = (change: Partial<StoredBooking> = {}): StoredBooking => ({
  bookingId: `0x${'ab'.repeat(32)}`,
  ref: REF,
  sessionPrivateKey: session,
  secret: zeroHash,
  needWh: 20_000,
  createdAt: START,
  booking: {
    listingId: zeroHash,
    connector: '0x0123456789ab',
    driver: '0x4444444444444444444444444444444444444444',
    purse: 0,
    generation: 0n,
    sessionKey: privateKeyToAccount(session).address,
    firstSlot: FIRST_SLOT,
    slotCount: 4,
    money: { cap: 5_000_000n, unsignedCost: 1_250_000n, allowedCost: 25_000n, relayFee: 0n },
    startHash: zeroHash,
    terms: toTermsStruct({ ...pageTerms(), agentKey: agent.address }),
  },
  ...change,
});

const reading = (change: Partial<ReadingJson> = {}): ReadingJson => ({
  bookingId: stored().bookingId,
  seq: 1,
  energyWh: 500,
  beganAt: START + 60,
  endedAt: START + 660,
  overstaySec: 0,
  isFinal: false,
  evidenceHash: zeroHash,
  registersCommitment: zeroHash,
  ...change,
});

const byAgent = (what: ReadingJson) => signMessageOf(agent, REF, 'Reading', what);

describe('co-signing', () => {
  it('signs a plausible reading with the session key', async () => {
    const cosigned = await cosignReading(stored(), WINDOWS, NOW, reading(), await byAgent(reading()));
    const signer = await signerOf(REF, 'Reading', reading(), cosigned.sessionSignature);
    expect(signer).toBe(privateKeyToAccount(session).address);
  });

  it('returns the stored signature of the last reading, as after a reload', async () => {
    const first = await cosignReading(stored(), WINDOWS, NOW, reading(), await byAgent(reading()));
    const again = await cosignReading(
      stored({ cosigned: first }),
      WINDOWS,
      NOW,
      reading(),
      first.agentSignature,
    );
    expect(again).toBe(first);
  });

  it('never signs two readings of one number', async () => {
    const first = await cosignReading(stored(), WINDOWS, NOW, reading(), await byAgent(reading()));
    const other = reading({ energyWh: 900 });
    await expect(
      cosignReading(stored({ cosigned: first }), WINDOWS, NOW, other, await byAgent(other)),
    ).rejects.toMatchObject({ code: 'reading.notNewer' });
  });

  it('checks readings against the window of the booking’s terms', async () => {
    const late = reading({ beganAt: START - 3_600, endedAt: START - 3_000 });
    await expect(cosignReading(stored(), WINDOWS, NOW, late, await byAgent(late))).rejects.toMatchObject({
      code: 'reading.outsideWindow',
    });
  });

  it('refuses energy from before the driver’s own start', async () => {
    const signature = await byAgent(reading());
    await expect(
      cosignReading(stored({ startedAt: START + 600 }), WINDOWS, NOW, reading(), signature),
    ).rejects.toMatchObject({ code: 'reading.beforeStart' });
  });
});

describe('a device that holds a final reading', () => {
  const open = { reservationStatus: 'RESERVED', settlementStatus: 'NONE' } as const;
  const stateWords = (name: keyof typeof STATE) => ({
    head: `0x${(STATE[name] | (BigInt(START) << 8n)).toString(16)}` as const,
    claim: '0x0' as const,
  });
  const responseIn = (name: keyof typeof STATE, change: Partial<BookingResponse> = {}) =>
    ({ ...open, state: stateWords(name), ...change }) as BookingResponse;
  const cosigned = async (isFinal: boolean) => {
    const what = reading({ isFinal });
    return cosignReading(stored(), WINDOWS, NOW, what, await byAgent(what));
  };
  const functionOf = (data: Hex | undefined) =>
    data && decodeFunctionData({ abi: plugpactMarketAbi, data }).functionName;

  it('settles by itself, in every open state', async () => {
    const final = await cosigned(true);
    expect(functionOf(finalSettlement(stored(), final, responseIn('RESERVED')))).toBe('settle');
    expect(functionOf(finalSettlement(stored(), final, responseIn('NO_SHOW_CLAIMED')))).toBe('settleFrom');
  });

  it('does nothing for a reading that is not final, nor for a booking that has ended', async () => {
    const final = await cosigned(true);
    expect(finalSettlement(stored(), await cosigned(false), responseIn('RESERVED'))).toBeUndefined();
    const settled = responseIn('RESERVED', { settlementStatus: 'SETTLED' });
    expect(finalSettlement(stored(), final, settled)).toBeUndefined();
    const cancelled = responseIn('RESERVED', { reservationStatus: 'CANCELED' });
    expect(finalSettlement(stored(), final, cancelled)).toBeUndefined();
  });
});
