import { type Answer, type Driver, VOLTAGE_V } from '../drivers/driver.ts';
import type { Command, Session, SessionEvent } from '../session/types.ts';

type Answered<E = SessionEvent> = E extends { type: 'answered' } ? Omit<E, 'at'> : never;

export interface ExecutedCommand {
  /** As the evidence names it. */
  asked: string;
  event: Answered;
}

/** The phases on which the connector gives its full current. */
const phasesOf = ({ plan: { maxPowerW, fullCurrentA } }: Session): number =>
  Math.min(3, Math.max(1, Math.round(maxPowerW / (fullCurrentA * VOLTAGE_V))));

/** Asks the wallbox for what a session wants. */
export async function execute(driver: Driver, session: Session, wish: Command): Promise<ExecutedCommand> {
  const { chargePointId, connectorId, times } = session.plan;
  const granted = (event: Answered, asked: string = wish.do): ExecutedCommand => ({ asked, event });
  const type = 'answered';
  const phases = phasesOf(session);
  let answer: Answer;
  switch (wish.do) {
    case 'remoteStart': {
      const limit = { limitA: wish.limitA, phases, endsAt: times.end };
      answer = await driver.remoteStart(chargePointId, connectorId, wish.idTag, limit);
      return granted({ type, command: 'start', answer });
    }
    case 'remoteStop':
      answer = await driver.remoteStop(chargePointId, wish.transactionId);
      return granted({ type, command: 'stop', answer });
    case 'readMeter':
      answer = await driver.readMeter(chargePointId, connectorId);
      return granted({ type, command: 'readMeter', answer });
    case 'limit': {
      const { limitA, transactionId } = wish;
      const limit = { limitA, phases, endsAt: times.end };
      answer = await driver.limitCurrent(chargePointId, connectorId, transactionId, limit);
      return granted({ type, command: 'limit', limitA, answer }, `limit ${limitA} A`);
    }
    case 'reserve':
      answer = await driver.reserve(chargePointId, connectorId, wish.reservation);
      return granted({ type, command: 'reserve', answer });
    case 'cancelReservation':
      answer = await driver.cancelReservation(chargePointId, wish.reservationId);
      return granted({ type, command: 'cancelReservation', answer });
  }
}
