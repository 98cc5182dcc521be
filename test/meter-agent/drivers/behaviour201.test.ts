import { behavesAsDriver } from './behaviour.ts';
import { ocppHarness } from './ocpp-harness.ts';

behavesAsDriver(ocppHarness('2.0.1'));
