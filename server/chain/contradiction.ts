import { PlugpactError } from '../../protocol/errors.ts';

/** The events of a range do not fit the index: a node left some out, repeated some, or reordered them. */
export class LedgerContradiction extends PlugpactError {
  /** The block whose event does not fit. What is missing may be in any block before it. */
  readonly block: number;

  constructor(block: number, rule: string) {
    super({
      code: 'index.contradiction',
      value: `block ${block}`,
      rule,
      remedy: 'The blocks before it are read again, if possible from another node.',
      retry: 'later',
    });
    this.block = block;
  }
}

/** Another process moved the index since this one read how far it is. Nothing was written. */
export class IndexMoved extends PlugpactError {
  constructor(from: number) {
    super({
      code: 'index.moved',
      value: `a range from block ${from}`,
      rule: 'A range must begin with the block after the last one indexed.',
      remedy: 'Read how far the index is, and continue there.',
      retry: 'later',
    });
  }
}
