// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Measure} from "../types/Reading.sol";
import {Tariff} from "../types/Terms.sol";

/// @title What a session costs
/// @notice Must equal protocol/cost.ts; both run test/vectors/cost.json.
/// @dev `roundedDown` unpacks, `compute` calculates on plain numbers, so that it can be proven (test/proofs).
library Cost {
    /// @dev Wh per kWh times seconds per hour: the common denominator of all price components.
    uint256 private constant SCALE = 3_600_000;

    /// @notice Token units, rounded down once (in the driver's favour), never above the cap.
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
        unchecked {
            uint256 charge =
                energyWh * tariff.pricePerKwh() * 3_600 + timeSec * tariff.pricePerHour() * 1_000;
            if (energyWh + timeSec != 0) charge += tariff.flatFee() * SCALE;
            uint256 overstay = overstaySec * tariff.overstayPerHour() * 1_000;
            return capped(charge, overstay, tariff.overstayReserve(), cap);
        }
    }

    /// @notice Cuts a charge and an overstay (both in token units times SCALE) at the cap and divides once. Energy, time
    /// and flat fee together stop at `cap - reserve`.
    /// @dev Cannot overflow: prices and quantities have at most 48 bits, the cap 64.
    function capped(
        uint256 charge,
        uint256 overstay,
        uint256 reserve,
        uint256 cap
    ) internal pure returns (uint256) {
        unchecked {
            uint256 available = cap - Math.min(reserve, cap);
            return Math.min(Math.min(charge, available * SCALE) + overstay, cap * SCALE) / SCALE;
        }
    }
}
