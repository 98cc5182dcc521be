import { latLngToCell } from 'h3-js';
import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import type { ChargerDetail } from '../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../protocol/handover.ts';
import { packLocation, placeHash } from '../../protocol/listing.ts';
import { open, seal } from '../../protocol/seal.ts';
import { openHandover } from '../../server/web/booking/openHandover.ts';
import type { StoredBooking } from '../../server/web/booking/storedBookings.ts';
import { sealLocation } from '../../server/web/listing/storedLocation.ts';

const sessionPrivateKey = generatePrivateKey();
const { publicKey } = privateKeyToAccount(sessionPrivateKey);
const listingId = zeroHash;
const stored = { sessionPrivateKey, booking: { listingId } } as unknown as StoredBooking;

const handover: Handover = {
  ...{ listingId, salt: generatePrivateKey(), place: '50.775300,6.083900' },
  instructions: 'Gate code 4711',
  contact: 'host@example.org',
};

/** The listing as the API shows it, its place hash as the ledger has it. */
function charger(placeCommitment = placeCommitmentOf(handover), h3Cell = latLngToCell(50.7753, 6.0839, 8)) {
  const location = packLocation({
    ...{ h3Cell, resolution: 8, connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE' },
  });
  const place = { connector: '0x0123456789ab', location, placeCommitment } as const;
  const detail = {
    placeHash: placeHash(place),
    place: { ...place, location: `0x${location.toString(16).padStart(64, '0')}` },
  } as unknown as ChargerDetail;
  return { detail, onLedger: true };
}

const sealed = (what: object, to: Hex = publicKey) => seal(to, JSON.stringify(what));

describe('the exact location on the driver’s device', () => {
  it('is shown when it matches the commitment on the ledger', () => {
    expect(openHandover(stored, sealed(handover), charger())).toEqual({ state: 'MATCHES', handover });
  });

  it.each([
    ['another contact, inserted on the way', sealed({ ...handover, contact: '+1 900 111' }), charger()],
    ['another location', sealed({ ...handover, place: '50.775301,6.083900' }), charger()],
    ['another listing’s', sealed({ ...handover, listingId: `0x${'11'.repeat(32)}` }), charger()],
    ['no handover', sealed({ hello: 1 }), charger()],
    [
      'made for another key',
      sealed(handover, privateKeyToAccount(generatePrivateKey()).publicKey),
      charger(),
    ],
    ['no ciphertext', '0x0102' as const, charger()],
    ['a listing that differs from the ledger', sealed(handover), { ...charger(), onLedger: false }],
    ['a location outside its cell', sealed(handover), charger(undefined, latLngToCell(52.52, 13.4, 8))],
  ])('is not trusted: %s', (_, ciphertext, listed) => {
    expect(openHandover(stored, ciphertext, listed).state).toBe('DIFFERS');
  });

  it('is not trusted when the API shows a place hash that its parts do not have', () => {
    const listed = charger(placeCommitmentOf(handover));
    const detail = { ...listed.detail, placeHash: zeroHash };
    expect(openHandover(stored, sealed(handover), { ...listed, detail }).state).toBe('DIFFERS');
  });
});

describe('sending the location to the agent', () => {
  const agentPrivateKey = generatePrivateKey();
  const agent = privateKeyToAccount(agentPrivateKey);

  it('seals it so that only the listed agent can open it', () => {
    const envelope = sealLocation(handover, agent.publicKey, agent.address);
    expect(JSON.parse(open(agentPrivateKey, envelope))).toEqual(handover);
    expect(() => open(generatePrivateKey(), envelope)).toThrow();
  });

  it('sends nothing when the server names another agent', () => {
    expect(() => sealLocation(handover, publicKey, agent.address)).toThrow(
      expect.objectContaining({ code: 'location.wrongAgent' }),
    );
  });
});
