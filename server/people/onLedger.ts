import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { OnLedgerJson } from '../../protocol/api/erasure.ts';

type MarketEvent = Extract<(typeof plugpactMarketAbi)[number], { type: 'event' }>;

/** Whose act writes each event of the market. An event that is not here does not compile. */
const BY: Record<MarketEvent['name'], OnLedgerJson['by']> = {
  Arrived: 'DRIVER',
  BatchItemSkipped: 'ANYONE',
  BondForfeited: 'DRIVER',
  Booked: 'DRIVER',
  Canceled: 'ANYONE',
  Challenged: 'DRIVER',
  Claimed: 'AGENT',
  ClaimedAlone: 'AGENT',
  Deposited: 'DRIVER',
  EIP712DomainChanged: 'MARKET',
  EarningsWithdrawn: 'HOST',
  Expired: 'ANYONE',
  Finalised: 'ANYONE',
  ListingPublished: 'HOST',
  ListingStatusChanged: 'HOST',
  MarketFeePaid: 'ANYONE',
  NewBookingsPaused: 'MARKET',
  NoShowClaimed: 'AGENT',
  NoShowContested: 'ANYONE',
  OfferTaken: 'DRIVER',
  Proven: 'AGENT',
  RelayFeePaid: 'ANYONE',
  Settled: 'AGENT',
  SettledAlone: 'AGENT',
  SlotsGivenBack: 'AGENT',
  Withdrawn: 'DRIVER',
};

const isEvent = (item: (typeof plugpactMarketAbi)[number]): item is MarketEvent => item.type === 'event';

/** All that the market writes down, which nobody can delete. */
export const ON_LEDGER: OnLedgerJson[] = plugpactMarketAbi.filter(isEvent).map(({ name, inputs }) => ({
  event: name,
  by: BY[name],
  fields: inputs.map((input) => input.name),
}));
