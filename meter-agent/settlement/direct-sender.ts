import type { Logger } from 'pino';
import {
  type Address,
  BaseError,
  type Hex,
  keccak256,
  type LocalAccount,
  type PublicClient,
  parseTransaction,
  type TransactionSerializableEIP1559,
} from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import type { Journal } from '../journal/journal.ts';
import type { SentTransaction } from '../journal/ledger-records.ts';
import { doubledFees, type Fees, feesFor, raisedFees } from './fees.ts';
import { namedRevert } from './revert.ts';

/** A transaction that is not mined within this time pays too little, or was dropped. */
export const STUCK_SEC = 60;
/** Extra gas over the estimate, in percent: an earlier call may change the cost of a storage slot. */
const GAS_MARGIN_PERCENT = 25n;
/** How many mined transactions are kept, in case the ledger loses them. */
const KEPT_NONCES = 32;

export interface DirectSenderParts {
  client: PublicClient;
  account: LocalAccount;
  market: Address;
  chainId: () => number;
  journal: Journal;
  /** Wei. */
  maxFeePerGas: bigint;
  nowSec: () => number;
  log: Logger;
}

/** A call that the ledger needs for a booking. */
export interface LedgerCall {
  bookingId: Hex;
  action: SettlementAction;
  data: Hex;
}

/**
 * Sends with the agent key's own gas, one nonce after the other: always the one that the ledger expects, so that no
 * gap can remain. Each signed transaction is on disk before it is sent, and is sent again unchanged before a dearer
 * one is signed. Resolves with the hash under which the call waits at the ledger. Throws PlugpactError `gas.reverts`,
 * `gas.empty`, `gas.tooDear`, `gas.busy` (another call of this key comes first), and what the network throws.
 */
export class DirectSender {
  readonly #parts: DirectSenderParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: DirectSenderParts) {
    this.#parts = parts;
  }

  /**
   * Resolves with the hash under which the need waits at the ledger. Throws PlugpactError `gas.reverts`, `gas.empty`,
   * `gas.tooDear`, `gas.busy` (another call of this key comes first), and what the network throws.
   */
  send(need: LedgerCall): Promise<Hex> {
    const sent = this.#last.then(() => this.#send(need));
    this.#last = sent.catch(() => undefined);
    return sent;
  }

  async #send(need: LedgerCall): Promise<Hex> {
    const { client, account, journal, nowSec } = this.#parts;
    const nonce = await client.getTransactionCount({ address: account.address, blockTag: 'latest' });
    journal.dropSentBefore(nonce - KEPT_NONCES);
    const last = journal.sentAt(nonce).at(-1);
    if (last === undefined) return this.#sign(need, nonce, undefined);
    const isSame = parseTransaction(last.raw).data === need.data;
    const ageSec = nowSec() - last.sentAt;
    if (await this.#isPending(last.hash)) {
      // The call whose transaction waits raises its fee first; when it is not needed any more, another takes its
      // nonce.
      if (ageSec < (isSame ? STUCK_SEC : 2 * STUCK_SEC))
        return isSame ? last.hash : Promise.reject(busy(last));
      return this.#sign(need, nonce, last);
    }
    // Transactions that the node dropped, or never accepted, block nothing.
    if (!isSame) return this.#sign(need, nonce, undefined);
    if (!(await this.#hand(last.raw))) return this.#sign(need, nonce, last);
    journal.sentAgain(last.hash, nowSec());
    return last.hash;
  }

  /** Whether the node still has it; an unknown one was dropped, undone, or never arrived. */
  async #isPending(hash: Hex): Promise<boolean> {
    const found = await this.#parts.client.getTransaction({ hash }).catch((error: Error) => {
      if (error.name === 'TransactionNotFoundError') return undefined;
      throw error;
    });
    return found !== undefined;
  }

  async #sign(need: LedgerCall, nonce: number, before: SentTransaction | undefined): Promise<Hex> {
    const gas = await this.#estimate(need);
    let fees = await this.#fees(before);
    for (;;) {
      const { hash, raw } = await this.#keep(need, nonce, gas, fees);
      if (await this.#hand(raw)) return hash;
      fees = doubledFees(fees, this.#parts.maxFeePerGas);
    }
  }

  async #estimate({ data }: LedgerCall): Promise<bigint> {
    const { client, account, market } = this.#parts;
    const gas = await client.estimateGas({ account, to: market, data }).catch((error: unknown) => {
      throw namedRevert(error) ?? error;
    });
    return gas + (gas * GAS_MARGIN_PERCENT) / 100n;
  }

  async #fees(before: SentTransaction | undefined): Promise<Fees> {
    const { client, maxFeePerGas, log } = this.#parts;
    const now = await feesFor(client, maxFeePerGas);
    if (before === undefined) return now;
    const raised = raisedFees(before, now, maxFeePerGas);
    log.info(
      { nonce: before.nonce, call: before.action, maxFeePerGas: raised.maxFeePerGas },
      'a transaction that waits too long is replaced by one that pays more',
    );
    return raised;
  }

  /** Signed and on disk before it is sent. */
  async #keep(need: LedgerCall, nonce: number, gas: bigint, fees: Fees): Promise<{ hash: Hex; raw: Hex }> {
    const { account, market: to, chainId, journal, nowSec } = this.#parts;
    const { bookingId, action, data } = need;
    const transaction: TransactionSerializableEIP1559 = {
      type: 'eip1559',
      chainId: chainId(),
      to,
      data,
      nonce,
      gas,
      ...fees,
    };
    const raw = await account.signTransaction(transaction);
    const hash = keccak256(raw);
    journal.addSent({ nonce, bookingId, action, hash, raw, ...fees, sentAt: nowSec() });
    await journal.written();
    return { hash, raw };
  }

  /** False when it pays too little: for the block, or to replace another with its nonce. */
  async #hand(serializedTransaction: Hex): Promise<boolean> {
    try {
      await this.#parts.client.sendRawTransaction({ serializedTransaction });
      return true;
    } catch (error) {
      const reason = error instanceof BaseError ? `${error.details} ${error.message}` : String(error);
      if (/already (known|imported|exists)/i.test(reason)) return true;
      if (/underpriced|base fee|fee cap/i.test(reason)) return false;
      if (/insufficient funds/i.test(reason)) throw empty(this.#parts.account.address);
      throw error;
    }
  }
}

const busy = ({ action, hash }: SentTransaction): PlugpactError =>
  new PlugpactError({
    code: 'gas.busy',
    value: `${action} in ${hash}`,
    rule: 'The agent key sends one transaction at a time.',
    remedy: 'Nothing to do: this call comes when that one is mined.',
    retry: 'later',
  });

const empty = (address: Address): PlugpactError =>
  new PlugpactError({
    code: 'gas.empty',
    value: address,
    rule: 'The agent key pays gas from its own ether.',
    remedy: `Send some ether to ${address}.`,
    retry: 'later',
  });
