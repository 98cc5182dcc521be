import type { HomeAssistantOptions } from '../../config/mqtt.ts';
import type { Journal } from '../../journal/journal.ts';

/** A broker, as it is reached. */
export type BrokerAccess = Pick<HomeAssistantOptions, 'url' | 'username' | 'password'>;

export interface Announced {
  broker: BrokerAccess;
  /** Topics under which the broker keeps messages of this agent. */
  topics: string[];
}

const NOTE = 'homeAssistant';

/** Remembers what each broker keeps of this agent, so that it can be taken away when the configuration names it no more. */
export class AnnouncedTopics {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  all(): Announced[] {
    return this.#journal.note<Announced[]>(NOTE) ?? [];
  }

  topicsAt(url: string): string[] {
    return this.all().find(({ broker }) => broker.url === url)?.topics ?? [];
  }

  /** Resolves when it is on disk: before the broker gets a topic. */
  async keep(broker: BrokerAccess, topics: string[]): Promise<void> {
    const { url, username, password } = broker;
    const others = this.all().filter((known) => known.broker.url !== url);
    const own = topics.length === 0 ? [] : [{ broker: { url, username, password }, topics }];
    this.#journal.setNote(NOTE, [...others, ...own]);
    await this.#journal.written();
  }
}
