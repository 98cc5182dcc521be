import { latLngToCell } from 'h3-js';
import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import type { ChargerDetail } from '../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../protocol/handover.ts';
import { packLocation, placeHash } from '../../protocol/listing.ts';
import { open, seal } from '../../protocol/seal.ts';
import type { KeptBooking } from '../../server/web/booking/storedBookings.ts';
import { openHandover } from '../../server/web/booking/openHandover.ts';
import { sealPlace } from '../../server/web/listing/storedLocation.ts';

const sessionPrivateKey = generatePrivateKey();
const { publicKey } = privateKeyToAccount(sessionPrivateKey);
const listingId = zeroHash;
const kept = { sessionPrivateKey, booking: { listingId } } as unknown as KeptBooking;

const told: Handover = {
  ...{ listingId, salt: generatePrivateKey(), place: '50.775300,6.083900' },
  instructions: 'Gate code 4711',
  contact: 'host@example.org',
};

/** The listing as the API shows it, its place hash as the ledger has it. */
function charger(placeCommitment = placeCommitmentOf(told), h3Cell = latLngToCell(50.7753, 6.0839, 8)) {
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

describe('the exact place on the driver’s device', () => {
  it('is shown when it is what the ledger holds a commitment to', () => {
    expect(openHandover(kept, sealed(told), charger())).toEqual({ state: 'MATCHES', told });
  });

  it.each([
    ['another contact, slipped in on the way', sealed({ ...told, contact: '+1 900 111' }), charger()],
    ['another place', sealed({ ...told, place: '50.775301,6.083900' }), charger()],
    ['another listing’s', sealed({ ...told, listingId: `0x${'11'.repeat(32)}` }), charger()],
    ['no handover', sealed({ hello: 1 }), charger()],
    ['made for another key', sealed(told, privateKeyToAccount(generatePrivateKey()).publicKey), charger()],
    ['no ciphertext', '0x0102' as const, charger()],
    ['a listing that the ledger has otherwise', sealed(told), { ...charger(), onLedger: false }],
    ['a place outside of its cell', sealed(told), charger(undefined, latLngToCell(52.52, 13.4, 8))],
  ])('is not believed: %s', (_, ciphertext, listed) => {
    expect(openHandover(kept, ciphertext, listed).state).toBe('DIFFERS');
  });

  it('is not believed when the API shows a place hash that its parts do not make', () => {
    const listed = charger(placeCommitmentOf(told));
    const detail = { ...listed.detail, placeHash: zeroHash };
    expect(openHandover(kept, sealed(told), { ...listed, detail }).state).toBe('DIFFERS');
  });
});

describe('handing the place to the agent', () => {
  const agentPrivateKey = generatePrivateKey();
  const agent = privateKeyToAccount(agentPrivateKey);

  it('seals it so that the listed agent alone can open it', () => {
    const envelope = sealPlace(told, agent.publicKey, agent.address);
    expect(JSON.parse(open(agentPrivateKey, envelope))).toEqual(told);
    expect(() => open(generatePrivateKey(), envelope)).toThrow();
  });

  it('sends nothing when the server names another agent', () => {
    expect(() => sealPlace(told, publicKey, agent.address)).toThrow(
      expect.objectContaining({ code: 'place.wrongAgent' }),
    );
  });
});
