/** Topics of changes, for subscribers within this process: live streams and the map. */
export interface Topics {
  /** A listing or one of its bookings changed on the ledger. Id of the listing. */
  listing: string;
  /** An agent reported on a connector. Id of its listing. */
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
}

type Listener = (id: string) => void;

export interface TopicBus {
  publish(topic: keyof Topics, id: string): void;
  /** Returns the function that ends the subscription. */
  subscribe(topic: keyof Topics, listener: Listener): () => void;
}

/** A bus within one process. It calls listeners one after another; a listener must not throw. */
export function createTopics(): TopicBus {
  const listeners = new Map<keyof Topics, Set<Listener>>();
  const of = (topic: keyof Topics): Set<Listener> => {
    const known = listeners.get(topic) ?? new Set();
    listeners.set(topic, known);
    return known;
  };
  return {
    publish(topic, id) {
      for (const listener of [...of(topic)]) listener(id);
    },
    subscribe(topic, listener) {
      of(topic).add(listener);
      return () => of(topic).delete(listener);
    },
  };
}
