import { type Account, type Address, type Hex, type LocalAccount, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LISTING_STATUS,
  type ListingStruct,
  listingIdOf,
  placeHash,
  unpackListingWord,
} from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { type Terms, termsHash } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, type TestMarket, testListing, testTerms, write } from '../support/market.ts';
import { anyone, attempt, consentOf, expectRefusal, newKey, nowOf, publishArgs, read } from './fixture.ts';
import { deploy, sendTo } from './mocks.ts';

const host = localAccount('host');
const { OPEN, CLOSED, REVOKED } = LISTING_STATUS;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** A charger that is by default listed at once. */
async function charger(change: Partial<Terms> = {}, publishIt = true) {
  const agent = newKey();
  const listing = testListing(testTerms(host.address, agent.address, change));
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const one = { market, agent, host, listing, listingId };
  if (publishIt) await write(market, host, 'publishListing', await publishArgs(one, listing));
  return one;
}

type Charger = Awaited<ReturnType<typeof charger>>;

const wordOf = async (listingId: Hex) =>
  unpackListingWord((await read(market, 'listingOf', [listingId])) as bigint);

const publishMessage = (listing: ListingStruct, version: number) => ({
  listingId: listingIdOf(listing.terms.agentKey, listing.place.connector),
  termsHash: termsHash(listing.terms),
  weeklyHours: listing.weeklyHours,
  placeHash: placeHash(listing.place),
  version,
});

const signPublish = (listing: ListingStruct, version: number, signer: LocalAccount = host) =>
  signMessageOf(signer, market.ref, 'PublishListing', publishMessage(listing, version));

const dearer = (listing: ListingStruct): ListingStruct => ({
  ...listing,
  terms: { ...listing.terms, tariff: listing.terms.tariff + 1n },
});

const tryPublish = async (
  one: Charger,
  listing = one.listing,
  signature: Hex = '0x',
  account: Account = host,
) => attempt(market, account, 'publishListing', await publishArgs(one, listing, signature));

const tryUpdate = (one: Charger, next: ListingStruct, current = one.listing, account: Account = host) =>
  attempt(market, account, 'updateListing', [current, next, '0x']);

const setStatus = (one: Charger, status: number) =>
  write(market, host, 'setListingStatus', [one.listing, status, '0x']);

describe('a listing', () => {
  it('opens when published, and every change raises its version', async () => {
    const one = await charger();
    const first = await wordOf(one.listingId);
    expect([first.status, first.version]).toEqual([BigInt(OPEN), 1n]);
    await setStatus(one, CLOSED);
    expect(await wordOf(one.listingId)).toEqual({ ...first, status: BigInt(CLOSED), version: 2n });
    await write(market, host, 'updateListing', [one.listing, dearer(one.listing), '0x']);
    const updated = await wordOf(one.listingId);
    expect([updated.status, updated.version]).toEqual([BigInt(OPEN), 3n]);
    expect(updated.commitment).not.toBe(first.commitment);
  });

  it("is published by a relayer with the host's signature, once", async () => {
    const one = await charger({}, false);
    const signature = await signPublish(one.listing, 0);
    await write(market, anyone, 'publishListing', await publishArgs(one, one.listing, signature));
    await setStatus(one, CLOSED);
    await expectRefusal(tryPublish(one, one.listing, signature, anyone), 'Listing_AlreadyPublished', [
      one.listingId,
    ]);
  });

  it("is not published by another's signature or one over other terms", async () => {
    const one = await charger({}, false);
    const refused = async (signature: Hex) =>
      expectRefusal(tryPublish(one, one.listing, signature, anyone), 'Account_InvalidSignature', [
        host.address,
      ]);
    await refused('0x');
    await refused(await signPublish(one.listing, 0, newKey()));
    await refused(await signPublish(dearer(one.listing), 0));
    await refused(await signPublish(one.listing, 1));
  });

  it('belongs to a contract account as well, by ERC-1271', async () => {
    const owner = newKey();
    const wallet = await deploy(anvil.url, 'mocks/ContractWallet', [owner.address]);
    const agent = newKey();
    const listing = testListing(testTerms(wallet.address, agent.address));
    const one = {
      market,
      agent,
      host,
      listing,
      listingId: listingIdOf(agent.address, listing.place.connector),
    };
    const signature = await signPublish(listing, 0, owner);
    await sendTo(anvil.url, wallet, 'setLocked', [true]);
    await expectRefusal(tryPublish(one, listing, signature, anyone), 'Account_InvalidSignature', [
      wallet.address,
    ]);
    await sendTo(anvil.url, wallet, 'setLocked', [false]);
    await write(market, anyone, 'publishListing', await publishArgs(one, listing, signature));
    expect((await wordOf(one.listingId)).status).toBe(BigInt(OPEN));
  });

  it('is published once: open, closed or revoked, it stays its host’s', async () => {
    const one = await charger();
    const thief = localAccount('relayer');
    const theirs = testListing(testTerms(thief.address, one.agent.address));
    for (const status of [OPEN, CLOSED, REVOKED]) {
      if (status !== OPEN) await setStatus(one, status);
      const stolen = tryPublish(one, theirs, '0x', thief);
      await expectRefusal(stolen, 'Listing_AlreadyPublished', [one.listingId]);
      await expectRefusal(tryPublish(one), 'Listing_AlreadyPublished', [one.listingId]);
    }
  });

  it('is known by its current terms only', async () => {
    const one = await charger();
    const old = tryUpdate(one, dearer(one.listing), dearer(one.listing));
    await expectRefusal(old, 'Listing_TermsMismatch', [one.listingId]);
    await expectRefusal(
      attempt(market, host, 'setListingStatus', [dearer(one.listing), CLOSED, '0x']),
      'Listing_TermsMismatch',
      [one.listingId],
    );
  });

  it('that is closed opens again, and its key can be revoked', async () => {
    const one = await charger();
    await setStatus(one, CLOSED);
    const opening = attempt(market, host, 'setListingStatus', [one.listing, OPEN, '0x']);
    await expect(opening).resolves.toBeUndefined();
    await setStatus(one, REVOKED);
    expect((await wordOf(one.listingId)).status).toBe(BigInt(REVOKED));
  });

  it('whose agent key was revoked never opens again', async () => {
    const one = await charger();
    await setStatus(one, REVOKED);
    await expectRefusal(tryUpdate(one, dearer(one.listing)), 'Listing_Revoked', [one.listingId]);
    await expectRefusal(
      attempt(market, host, 'setListingStatus', [one.listing, OPEN, '0x']),
      'Listing_Revoked',
      [one.listingId],
    );
  });

  it('changes neither host, agent key nor connector', async () => {
    const one = await charger();
    const changed = (
      terms: { host?: Address; agentKey?: Address },
      connector = one.listing.place.connector,
    ) => ({
      ...one.listing,
      terms: { ...one.listing.terms, ...terms },
      place: { ...one.listing.place, connector },
    });
    for (const next of [
      changed({ host: anyone.address }),
      changed({ agentKey: anyone.address }),
      changed({}, '0x0123456789ab'),
    ]) {
      await expectRefusal(tryUpdate(one, next), 'Listing_IdentityChanged', [one.listingId]);
    }
  });

  it('can only be changed by its host', async () => {
    const one = await charger();
    await expectRefusal(
      tryUpdate(one, dearer(one.listing), one.listing, anyone),
      'Account_InvalidSignature',
      [host.address],
    );
    const close = attempt(market, anyone, 'setListingStatus', [one.listing, CLOSED, '0x']);
    await expectRefusal(close, 'Account_InvalidSignature', [host.address]);
  });

  it("is closed by a relayer with the host's signature for this version", async () => {
    const one = await charger();
    const sign = (version: number) =>
      signMessageOf(host as never, market.ref, 'SetListingStatus', {
        listingId: one.listingId,
        status: CLOSED,
        version,
      });
    const stale = attempt(market, anyone, 'setListingStatus', [one.listing, CLOSED, await sign(0)]);
    await expectRefusal(stale, 'Account_InvalidSignature', [host.address]);
    await write(market, anyone, 'setListingStatus', [one.listing, CLOSED, await sign(1)]);
    expect((await wordOf(one.listingId)).status).toBe(BigInt(CLOSED));
  });

  it('accepts no status that is unknown, NONE, or the current one', async () => {
    const one = await charger();
    for (const status of [0, OPEN, 4]) {
      await expectRefusal(
        attempt(market, host, 'setListingStatus', [one.listing, status, '0x']),
        'Listing_InvalidStatus',
        [status],
      );
    }
  });

  it('has a host and an agent key, and they differ', async () => {
    const one = await charger({}, false);
    const keys: [Address, Address][] = [
      [zeroAddress, one.agent.address],
      [host.address, zeroAddress],
      [one.agent.address, one.agent.address],
    ];
    for (const [who, agentKey] of keys) {
      const listing = { ...one.listing, terms: { ...one.listing.terms, host: who, agentKey } };
      await expectRefusal(tryPublish(one, listing), 'Listing_InvalidKeys', [who, agentKey]);
    }
  });
});

describe("the agent's consent", () => {
  it('is signed by the agent key, for this host', async () => {
    const one = await charger({}, false);
    const { validUntil, consent } = await consentOf(one, one.listing);
    const other = await consentOf({ ...one, agent: newKey() }, one.listing);
    const publish = (signature: typeof consent, listing = one.listing) =>
      attempt(market, host, 'publishListing', [listing, validUntil, signature, '0x']);
    await expectRefusal(publish(other.consent), 'Listing_AgentConsentInvalid', [one.agent.address]);
    const stolen = { ...one.listing, terms: { ...one.listing.terms, host: anyone.address } };
    await expectRefusal(publish(consent, stolen), 'Listing_AgentConsentInvalid', [one.agent.address]);
    await expect(publish(consent)).resolves.toBe(one.listingId);
  });

  it('is valid until its end and for ten minutes at most', async () => {
    const one = await charger({}, false);
    const now = await nowOf(market);
    const { validUntil, consent } = await consentOf(one, one.listing, BigInt(now + 600));
    const at = (sec: number) =>
      attempt(market, host, 'publishListing', [one.listing, validUntil, consent, '0x'], sec);
    await expectRefusal(at(now - 1), 'Listing_AgentConsentInvalid', [one.agent.address]);
    await expect(at(now)).resolves.toBe(one.listingId);
    await expect(at(now + 599)).resolves.toBe(one.listingId);
    await expectRefusal(at(now + 600), 'Account_SignatureExpired', [validUntil, BigInt(now + 600)]);
  });
});
