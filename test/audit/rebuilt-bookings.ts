import { keccak256 } from 'viem';
import { describe, expect, it } from 'vitest';
import type { EventOf, LedgerEvent } from '../../audit/rules/events.ts';
import { codesOf, type LedgerEvidence, type Scenario } from './scenario.ts';
import { isOf, type tamperWith } from './tamper.ts';

/** A real ledger, and its events changed. */
export interface Rebuilt {
  scenario: Scenario;
  evidence: LedgerEvidence;
  tamper: ReturnType<typeof tamperWith>;
}

/** Tests that whatever is wrong with a listing, an offer, a booking or its slots is named. */
export function describeBookings(given: () => Rebuilt): void {
  describe('its listings and bookings', () => {
    it('names a bookingId and terms that are not the booking’s own', async () => {
      const { tamper } = given();
      const otherTerms = tamper.tampered('Booked', () => ({ termsHash: keccak256('0x') }));
      expect(codesOf(await tamper.auditOf(otherTerms))).toContain('booking.unknownTerms');
      const otherSlot = tamper.tampered('Booked', ({ session }) => ({ session: session + (1n << 192n) }));
      expect(codesOf(await tamper.auditOf(otherSlot))).toContain('booking.idMismatch');
    });

    it('names a slot that two live bookings hold', async () => {
      const { evidence, tamper } = given();
      const open = tamper.lastOf('Booked');
      const bookingId = keccak256(open.args.bookingId);
      const purse = open.args.purse | (7n << 160n);
      const twice: LedgerEvent = { ...open, args: { ...open.args, bookingId, purse } };
      const book = await tamper.auditOf([...evidence.events, twice]);
      expect(codesOf(book)).toContain('booking.slotTaken');
      const taken = book.discrepancies.find(({ code }) => code === 'booking.slotTaken');
      expect(taken).toMatchObject({ bookingId, found: `held by ${open.args.bookingId}` });
    });

    it('names a second booking of a purse that holds one, and the same booking twice', async () => {
      const { evidence, tamper } = given();
      const open = tamper.lastOf('Booked');
      const codes = codesOf(await tamper.auditOf([...evidence.events, open]));
      expect(codes).toEqual(['booking.duplicate', 'booking.purseBusy']);
    });

    it('names a booking of a closed listing, and one that its terms do not allow', async () => {
      const { evidence, tamper } = given();
      const published = evidence.events.find((event) =>
        isOf(event, 'ListingPublished'),
      ) as EventOf<'ListingPublished'>;
      const { listingId } = published.args;
      const closed = {
        ...published,
        eventName: 'ListingStatusChanged',
        args: { listingId, status: 2, version: 2 },
      };
      const at = evidence.events.indexOf(published) + 1;
      const codes = codesOf(await tamper.auditOf(evidence.events.toSpliced(at, 0, closed as LedgerEvent)));
      expect(codes).toContain('booking.listingNotOpen');
      expect(codes).toContain('listing.status');
      const cheap = tamper.tampered('Booked', ({ money }) => ({ money: (money >> 64n) << 64n }));
      expect(codesOf(await tamper.auditOf(cheap))).toContain('booking.outsideTerms');
      const elsewhere = tamper.tampered('Booked', ({ session }) => ({ session: session ^ (1n << 208n) }));
      expect(codesOf(await tamper.auditOf(elsewhere))).toContain('booking.outsideTerms');
    });

    it('names a listing of another host than its terms name, and events of a booking that nobody made', async () => {
      const { scenario, tamper } = given();
      const other = tamper.tampered('ListingPublished', () => ({ host: scenario.agent.address }));
      expect(codesOf(await tamper.auditOf(other))).toContain('listing.host');
      expect(codesOf(await tamper.auditOf(tamper.without('Booked')))).toContain('booking.unknown');
    });

    it('names a listing under another id, version or meter key', async () => {
      const { tamper } = given();
      const otherId = tamper.tampered('ListingPublished', () => ({ version: 2 }));
      expect(codesOf(await tamper.auditOf(otherId))).toEqual(['listing.version', 'offer.signature']);
      const otherKey = tamper.tampered('ListingPublished', ({ listing }) => ({
        listing: { ...listing, meterKey: '0x01' },
      }));
      expect(codesOf(await tamper.auditOf(otherKey))).toEqual(['listing.meterKey', 'listing.outOfRange']);
      const otherHours = tamper.tampered('ListingPublished', ({ listing }) => ({
        listing: { ...listing, weeklyHours: listing.weeklyHours | (1n << 200n) },
      }));
      expect(codesOf(await tamper.auditOf(otherHours))).toEqual(['listing.commitment']);
    });

    it('names an offer of other prices, of another time, by another key, or without its booking', async () => {
      const { scenario, evidence, tamper } = given();
      const at = evidence.events.findIndex((event) => isOf(event, 'OfferTaken'));
      const taken = evidence.events[at] as EventOf<'OfferTaken'>;
      const codesWith = async (change: Partial<EventOf<'OfferTaken'>['args']['offer']>) => {
        const args = { ...taken.args, offer: { ...taken.args.offer, ...change } };
        return codesOf(await tamper.auditOf(evidence.events.with(at, { ...taken, args })));
      };
      expect(await codesWith({ listedTariff: taken.args.tariff })).toEqual(['offer.rule']);
      const { validUntil } = taken.args.offer;
      expect(await codesWith({ validUntil: validUntil + 600n })).toEqual(['offer.rule', 'offer.signature']);
      expect(await codesWith({ validUntil: 1n })).toEqual(['offer.expired', 'offer.signature']);
      expect(await codesWith({ driver: scenario.agent.address })).toEqual(['offer.rule', 'offer.signature']);
      const { agentSignature } = tamper.eventOf('Settled').args;
      expect(await codesWith({ agentSignature })).toEqual(['offer.signature']);
      const alone = [...evidence.events, taken];
      expect(codesOf(await tamper.auditOf(alone))).toEqual(['offer.apart']);
      expect(codesOf(await tamper.auditOf(tamper.without('OfferTaken')))).toContain('booking.unknownTerms');
    });

    it('names slots given back that had begun, were signed by another, or long after the settlement', async () => {
      const { evidence, tamper } = given();
      const later = tamper.tampered('SlotsGivenBack', ({ fromSlot }) => ({ fromSlot: fromSlot - 2n }));
      expect(codesOf(await tamper.auditOf(later))).toContain('giveBack.slots');
      const { agentSignature } = tamper.eventOf('Settled').args;
      const forged = tamper.tampered('SlotsGivenBack', () => ({ agentSignature }));
      expect(codesOf(await tamper.auditOf(forged))).toEqual(['giveBack.signature']);
      const apart = [...evidence.events, tamper.eventOf('SlotsGivenBack')];
      expect(codesOf(await tamper.auditOf(apart))).toEqual(['giveBack.apart']);
      expect(codesOf(await tamper.auditOf(tamper.without('SlotsGivenBack')))).toEqual(['booking.slotTaken']);
    });
  });
}
