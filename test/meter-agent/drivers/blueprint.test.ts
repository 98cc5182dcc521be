import { behavesAsDriver } from './behaviour.ts';
import { Blueprint } from './blueprint.ts';
import { BlueprintDevice } from './blueprint-device.ts';
import { SPEED_FACTOR } from './device-fixture.ts';

let driver: Blueprint;

behavesAsDriver({
  name: 'Blueprint',
  abilities: [],
  agent: {
    drivers: [
      (parts) => {
        driver = new Blueprint(parts);
        return driver;
      },
    ],
  },
  connect: async (scope, _agentPort, { id, powerW }) => {
    const device = new BlueprintDevice(driver.port, id, powerW * Number(SPEED_FACTOR));
    scope.onEnd(() => device.stop());
    return device;
  },
});
