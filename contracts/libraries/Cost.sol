// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Measure} from "../types/Reading.sol";
import {Tariff} from "../types/Terms.sol";

/// @title What a session costs
/// @notice Must equal protocol/cost.ts; both run test/vectors/cost.json.
library Cost {
    /// @dev Wh per kWh times seconds per hour: the common denominator of all price components.
    uint256 private constant SCALE = 3_600_000;

    /// @notice Token units, rounded down once (in the driver's favour), never above the cap.
    /// @dev Energy, time and flat fee together stop at `cap - overstayReserve`. A session with neither energy nor time
    /// does not cost the flat fee. Cannot overflow: prices have 48 bits, quantities at most 48, the cap 64.
    /// Assumes `endedAt >= beganAt`, which every caller has checked.
    function roundedDown(Tariff tariff, Measure measure, uint256 cap) internal pure returns (uint256) {
        unchecked {
            uint256 energyWh = measure.energyWh();
            uint256 timeSec = measure.endedAt() - measure.beganAt();
            uint256 charge =
                energyWh * tariff.pricePerKwh() * 3_600 + timeSec * tariff.pricePerHour() * 1_000;
            if (energyWh + timeSec != 0) charge += tariff.flatFee() * SCALE;
            uint256 overstay = measure.overstaySec() * tariff.overstayPerHour() * 1_000;
            uint256 reserve = min(tariff.overstayReserve(), cap);
            return min(min(charge, (cap - reserve) * SCALE) + overstay, cap * SCALE) / SCALE;
        }
    }

    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return Math.max(a, b);
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return Math.min(a, b);
    }
}
