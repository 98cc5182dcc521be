import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { BookingResponse, ConfigResponse } from '../../../protocol/api.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { settleCall } from '../../../protocol/calls.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { toReadingStruct } from '../../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../../protocol/signature.ts';
import { relayed } from '../accounts/relayed.ts';
import { marketCall, sendRelayed } from '../accounts/send.ts';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { api, indexed } from '../app/api.ts';
import { confirmed, type Ledger } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { refreshBooking } from '../booking/refreshBooking.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { type Act, type ActName, openActs } from './acts.ts';
import { openBookingOf, stateOf } from './openBooking.ts';

export interface ActParty {
  ledger: Ledger;
  config: ConfigResponse;
  /** Only a cancellation needs it: the booking's own key, or nobody's, is enough for the others. */
  wallet: Wallet | undefined;
}

/** Whether the account itself must sign. */
export const needsAccount = (name: ActName): boolean => name === 'cancelByDriver';

const notOpen = (name: ActName): PlugpactError =>
  new PlugpactError({
    code: 'act.notOpen',
    value: name,
    rule: 'This is not open any more: the booking has moved on.',
    remedy: 'Look at the booking again.',
  });

/** Signed by the booking's key, which the ledger takes in place of the driver's. */
function bySession({ ref, bookingId, sessionPrivateKey }: StoredBooking, type: 'Arrived' | 'Challenge') {
  return signMessageOf(privateKeyToAccount(sessionPrivateKey), ref, type, { bookingId });
}

/** The call of an act that is open now, for anyone to send. */
export async function callOfAct(
  { ledger, wallet }: Pick<ActParty, 'ledger' | 'wallet'>,
  stored: StoredBooking,
  act: Act,
  response: BookingResponse,
): Promise<Hex> {
  const { bookingId, cosigned } = stored;
  const booking = toBookingStruct(stored.booking);
  const state = stateOf(response);
  switch (act.name) {
    case 'cancelByDriver': {
      if (wallet === undefined) throw notOpen(act.name);
      const message = { bookingId, paysLateFee: act.isLate };
      return marketCall(act.name, [booking, state, await signAs(wallet, ledger, 'CancelByDriver', message)]);
    }
    case 'arrived':
      return marketCall(act.name, [booking, state, await bySession(stored, 'Arrived')]);
    case 'challenge':
      return marketCall(act.name, [booking, state, await bySession(stored, 'Challenge')]);
    case 'finalise':
    case 'expire':
      return marketCall(act.name, [booking, state]);
    case 'settle':
    case 'claim': {
      if (cosigned === undefined) throw notOpen(act.name);
      const { reading } = cosigned;
      const agentSignature = toCompact(cosigned.agentSignature);
      const sessionSignature = toCompact(cosigned.sessionSignature);
      if (act.name === 'claim')
        return marketCall('claim', [
          booking,
          state,
          toReadingStruct(reading),
          agentSignature,
          sessionSignature,
        ]);
      const { functionName, args } = settleCall(
        { booking, reading, agentSignature, sessionSignature },
        state,
      );
      return marketCall(functionName, args);
    }
  }
}

type Report = (change: Parameters<Progress>[1]) => void;

/** Through the relay, so that nobody needs ether; where it cannot, from the account, if there is one. */
async function sent({ ledger, config, wallet }: ActParty, data: Hex, report: Report) {
  if (wallet !== undefined) return sendRelayed(wallet, ledger, config, data, report);
  const hash = await relayed(ledger.ref.market, data, (transactionHash) =>
    report({ phase: 'sent', transactionHash }),
  );
  const receipt = await confirmed(ledger, hash);
  report({ phase: 'done', transactionHash: hash, blockNumber: receipt.blockNumber });
  return receipt;
}

/**
 * Does what the driver chose, as the ledger stands now, and reads the booking again.
 *
 * @param nowSec Unix seconds.
 * @throws PlugpactError `act.notOpen` where the ledger would refuse it by now, or it would cost more than was said.
 */
export async function doAct(
  party: ActParty,
  stored: StoredBooking,
  chosen: Act,
  report: Report,
  nowSec = Math.floor(Date.now() / 1_000),
): Promise<void> {
  report({ phase: 'signing' });
  const response = await api('getBooking', { params: { bookingId: stored.bookingId } });
  const open = openBookingOf(stored.booking, response, party.config, stored.cosigned?.reading);
  const act = open && openActs(open, nowSec).find(({ name }) => name === chosen.name);
  if (act === undefined || costsMore(act, chosen)) throw notOpen(chosen.name);
  const data = await callOfAct(party, stored, act, response);
  const { blockNumber } = await sent(party, data, report);
  await indexed(blockNumber);
  await refreshBooking(stored);
}

/** A free cancel that has become one with a fee, a challenge with more at stake: the reader decides again. */
function costsMore(now: Act, said: Act): boolean {
  if ('outlook' in now && 'outlook' in said) return now.outlook.refunded < said.outlook.refunded;
  return now.name === 'challenge' && said.name === 'challenge' && now.atStake > said.atStake;
}
