/** Topics of changes, for live streams and the map. */
export interface Topics {
  /** A listing or one of its bookings changed on the ledger. Id of the listing. */
  listing: string;
  /** What the map shows of a connector changed by its agent's report. Id of its listing. */
  connector: string;
  /** A booking changed on the ledger. Id of the booking. */
  booking: string;
  /** An agent sent a reading. Id of the booking. */
  reading: string;
  /** An agent reported a session's state. Id of the booking. */
  session: string;
  /** A driver raised what the agent's word may cost. Id of the booking. */
  allowance: string;
  /** A booking has a new notice. Id of the booking. */
  notices: string;
  /** An agent sent the exact location for a booking's driver. Id of the booking. */
  handover: string;
  /** A booking has a new message between its parties. Id of the booking. */
  messages: string;
  /** The chargers of the map have new changes. Number of the newest. */
  map: string;
}

export const TOPICS = [
  'listing',
  'connector',
  'booking',
  'reading',
  'session',
  'allowance',
  'notices',
  'handover',
  'messages',
  'map',
] as const satisfies (keyof Topics)[];

type Listener = (id: string) => void;

export interface TopicBus {
  /** Costs what its listeners cost, however many others there are. */
  publish(topic: keyof Topics, id: string): void;
  /** Hears every id of a topic. Returns the function that ends the subscription. */
  subscribe(topic: keyof Topics, listener: Listener): () => void;
  /** Hears one id of a topic. Returns the function that ends the subscription. */
  subscribeTo(topic: keyof Topics, id: string, listener: () => void): () => void;
  /**
   * Hears that changes of other processes may have been missed: what was shown has to be read again. Returns the
   * function that ends the subscription.
   */
  onMissed(listener: () => void): () => void;
}

export interface LocalTopics extends TopicBus {
  /** Tells the listeners that changes may have been missed. */
  missed(): void;
}

/** A bus within one process. It calls listeners one after another; a listener must not throw. */
export function createTopics(): LocalTopics {
  const ofAll = createListeners<Listener>();
  const ofOne = createListeners<() => void>();
  const ofMissed = createListeners<() => void>();
  const keyOf = (topic: keyof Topics, id: string) => `${topic} ${id}`;
  return {
    publish(topic, id) {
      for (const listener of ofAll.of(topic)) listener(id);
      for (const listener of ofOne.of(keyOf(topic, id))) listener();
    },
    subscribe: (topic, listener) => ofAll.add(topic, listener),
    subscribeTo: (topic, id, listener) => ofOne.add(keyOf(topic, id), listener),
    onMissed: (listener) => ofMissed.add('', listener),
    missed() {
      for (const listener of ofMissed.of('')) listener();
    },
  };
}

/** Listeners by key. A key without listeners takes no memory. */
function createListeners<L>() {
  const byKey = new Map<string, Set<L>>();
  return {
    /** A copy: a listener may end its own subscription, and others. */
    of: (key: string): L[] => [...(byKey.get(key) ?? [])],
    add(key: string, listener: L): () => void {
      const known = byKey.get(key) ?? new Set();
      byKey.set(key, known.add(listener));
      return () => {
        known.delete(listener);
        if (known.size === 0 && byKey.get(key) === known) byKey.delete(key);
      };
    },
  };
}
