import type { Hex, TransactionReceipt } from 'viem';
import { formatToken } from '../../protocol/units.ts';

/** A step of the story that stands on the ledger. */
export interface Step {
  name: string;
  tx: Hex;
  gas: number;
}

/** Tells the story to the terminal (standard error when a machine reads along) and keeps its steps. */
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

  /** A step that became a transaction. */
  step(name: string, receipt: Pick<TransactionReceipt, 'transactionHash' | 'gasUsed'>, what: string): void {
    const gas = Number(receipt.gasUsed);
    this.steps.push({ name, tx: receipt.transactionHash, gas });
    this.#say(`\n${name.padEnd(10)} ${what}`);
    this.#say(`           tx ${receipt.transactionHash}  gas ${gas.toLocaleString('en')}`);
  }

  /** A step beside the ledger. */
  event(name: string, what: string): void {
    this.#say(`\n${name.padEnd(10)} ${what}`);
  }

  money(units: bigint): string {
    return `${formatToken(units, this.decimals)} ${this.symbol}`;
  }
}
