/** What a wallbox says of itself when it boots. */
export const BOOT = { chargePointVendor: 'Somebody', chargePointModel: 'Some Box' };

/** Its answer to GetConfiguration. */
export const settings = (values: Record<string, string>, readonly = false) => ({
  GetConfiguration: {
    configurationKey: Object.entries(values).map(([key, value]) => ({ key, value, readonly })),
  },
});

/** Answers of one that does all that it is asked. */
export const OBEYS = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
  ClearChargingProfile: { status: 'Accepted' },
  ChangeAvailability: { status: 'Accepted' },
  ChangeConfiguration: { status: 'Accepted' },
  ReserveNow: { status: 'Accepted' },
  CancelReservation: { status: 'Accepted' },
  UnlockConnector: { status: 'Unlocked' },
  Reset: { status: 'Accepted' },
  UpdateFirmware: {},
  GetLocalListVersion: { listVersion: 7 },
};
