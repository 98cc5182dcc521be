import type { Hex, TransactionReceipt } from 'viem';
import { formatToken } from '../../protocol/units.ts';

/** A step of the demo that is a transaction on the ledger. */
export interface Step {
  name: string;
  tx: Hex;
  gas: number;
}

/** Prints the steps of the demo (to standard error with --json) and stores them. */
export class Report {
  readonly steps: Step[] = [];
  readonly #say: (line: string) => void;
  decimals = 6;
  symbol = '';

  constructor(json: boolean) {
    this.#say = json ? (line) => console.error(line) : (line) => console.log(line);
  }

  say(line: string): void {
    this.#say(line);
  }

  /** Reports a transaction. */
  step(name: string, receipt: Pick<TransactionReceipt, 'transactionHash' | 'gasUsed'>, what: string): void {
    const gas = Number(receipt.gasUsed);
    this.steps.push({ name, tx: receipt.transactionHash, gas });
    this.#say(`\n${name.padEnd(10)} ${what}`);
    this.#say(`           tx ${receipt.transactionHash}  gas ${gas.toLocaleString('en')}`);
  }

  /** Reports something that is not on the ledger. */
  event(name: string, what: string): void {
    this.#say(`\n${name.padEnd(10)} ${what}`);
  }

  money(units: bigint): string {
    return `${formatToken(units, this.decimals)} ${this.symbol}`;
  }
}
