// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measure} from "../types/Reading.sol";
import {Tariff} from "../types/Terms.sol";
import {Arithmetic} from "./Arithmetic.sol";

/// @title What a session costs, in token units, rounded down once (in the driver's favour), never above the cap
/// @notice Must equal protocol/cost.ts; both run test/vectors/cost.json.
library Cost {
    /// @notice The cost of a reading.
    function roundedDown(Tariff tariff, Measure measure, uint256 cap) internal pure returns (uint256) {
        return ofParts(tariff, measure.energyWh(), measure.timeSec(), measure.overstaySec(), cap);
    }

    /// @notice The same for quantities that do not come from one reading.
    function ofParts(
        Tariff tariff,
        uint256 energyWh,
        uint256 timeSec,
        uint256 overstaySec,
        uint256 cap
    ) internal pure returns (uint256) {
        uint256 charge = Arithmetic.charge(
            energyWh,
            tariff.pricePerKwh(),
            timeSec,
            tariff.pricePerHour(),
            tariff.flatFee()
        );
        uint256 overstay = Arithmetic.overstayCharge(overstaySec, tariff.overstayPerHour());
        return Arithmetic.capped(charge, overstay, tariff.overstayReserve(), cap);
    }
}
