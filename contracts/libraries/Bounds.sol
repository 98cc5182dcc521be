// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Arithmetic} from "./Arithmetic.sol";

/// @title The limits that a session's money keeps to, on plain numbers
/// @notice Must equal protocol/bounds.ts; both run test/vectors/bounds.json.
/// @dev Unchecked: costs and limits have 64 bits, powers and times 32, fees 48.
library Bounds {
    /// @dev A booking's cap is at least this many no-show fees (rule 6).
    uint256 internal constant NOSHOW_CAP_FACTOR = 5;

    uint256 private constant BASIS_POINTS = 10_000;

    /// @notice The most that may be paid without a final co-signature (rule 1): what is allowed, or what was co-signed
    /// and as much again, up to the limit that the driver signed. A flat fee opens no trust.
    function mayPay(
        uint256 allowedCost,
        uint256 cosignedCost,
        uint256 unsignedCost,
        uint256 flatFee
    ) internal pure returns (uint256) {
        unchecked {
            uint256 proven = cosignedCost > flatFee ? cosignedCost - flatFee : 0;
            return Math.max(allowedCost, cosignedCost + Math.min(unsignedCost, proven));
        }
    }

    /// @notice The most energy in Wh that this power (W) gives in this time (rule 5).
    function energyLimitWh(uint256 maxPowerW, uint256 timeSec) internal pure returns (uint256) {
        unchecked {
            return (maxPowerW * timeSec) / 3_600;
        }
    }

    /// @notice The no-show fee of a booking (rule 6).
    function noshowFee(uint256 feePerSlot, uint256 slotCount) internal pure returns (uint256) {
        unchecked {
            return feePerSlot * slotCount;
        }
    }

    /// @notice The fee for a late cancel: half of the no-show fee, so that a cancel is cheaper than silence (rule 6).
    function lateFee(uint256 feePerSlot, uint256 slotCount) internal pure returns (uint256) {
        return noshowFee(feePerSlot, slotCount) / 2;
    }

    /// @notice The least cap of a booking.
    function leastCap(
        uint256 minCapPerSlot,
        uint256 feePerSlot,
        uint256 slotCount
    ) internal pure returns (uint256) {
        unchecked {
            uint256 perSlot = Arithmetic.max(minCapPerSlot, NOSHOW_CAP_FACTOR * feePerSlot);
            return Arithmetic.max(1, perSlot * slotCount);
        }
    }

    /// @notice What a lost challenge costs (rule 7): the disputed money, at least about what a proof costs in gas, at most
    /// the bond.
    function forfeit(uint256 disputed, uint256 forfeitMin, uint256 bond) internal pure returns (uint256) {
        return Math.min(bond, Math.max(disputed, forfeitMin));
    }

    /// @notice The market's part of a cost, rounded down, in the host's favour.
    function marketFee(uint256 cost, uint256 feeBasisPoints) internal pure returns (uint256) {
        unchecked {
            return (cost * feeBasisPoints) / BASIS_POINTS;
        }
    }

    /// @notice The lowest price that may be offered (rule 27), rounded up, in the host's favour.
    /// @param discountBp Of a listing: at most 9,000.
    function leastPrice(uint256 listedPrice, uint256 discountBp) internal pure returns (uint256) {
        unchecked {
            return (listedPrice * (BASIS_POINTS - discountBp) + BASIS_POINTS - 1) / BASIS_POINTS;
        }
    }
}
