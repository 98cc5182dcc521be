import { behavesAsDriver } from './behaviour.ts';
import { ocppHarness } from './ocpp-harness.ts';

behavesAsDriver(ocppHarness('1.6'));
