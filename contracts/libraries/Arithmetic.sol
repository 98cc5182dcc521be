// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The arithmetic of costs, limits, times and the calendar, on plain numbers
/// @notice Must equal protocol/cost.ts, bounds.ts and slots.ts, which run the same vectors (test/vectors/). Callers unpack
/// words and call these. The compiler's SMTChecker proves in test/proofs/ what the comments
/// claim, for all values that the words can hold; so nothing here is checked at run time.
library Arithmetic {
    /// @dev Wh per kWh times seconds per hour: the common denominator of all price components.
    uint256 internal constant COST_SCALE = 3_600_000;

    uint256 internal constant SLOT_SEC = 900;

    /// @dev A booking made late can be cancelled for nothing for this long.
    uint256 private constant COOLING_OFF_SEC = 10 minutes;

    /// @dev No free cancelling in the last hour before the booking opens.
    uint256 private constant LAST_HOUR_SEC = 1 hours;

    uint256 private constant RING_WORDS = 8;

    /// @dev A booking's cap is at least this many no-show fees (rule 6).
    uint256 internal constant NOSHOW_CAP_FACTOR = 5;

    uint256 private constant BASIS_POINTS = 10_000;

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }

    /// @notice Energy, time and flat fee in token units times COST_SCALE. A session with neither energy nor time does
    /// not cost the flat fee. Never overflows.
    function charge(
        uint256 energyWh,
        uint256 pricePerKwh,
        uint256 timeSec,
        uint256 pricePerHour,
        uint256 flatFee
    ) internal pure returns (uint256) {
        unchecked {
            uint256 running = energyWh * pricePerKwh * 3_600 + timeSec * pricePerHour * 1_000;
            return energyWh + timeSec == 0 ? running : running + flatFee * COST_SCALE;
        }
    }

    /// @notice Overstay in token units times COST_SCALE. Never overflows.
    function overstayCharge(uint256 overstaySec, uint256 overstayPerHour) internal pure returns (uint256) {
        unchecked {
            return overstaySec * overstayPerHour * 1_000;
        }
    }

    /// @notice Cuts charge and overstay (both times COST_SCALE) at the cap and divides once, down. The charge stops at
    /// `cap - reserve`. Never more than the cap.
    function capped(
        uint256 charge_,
        uint256 overstay,
        uint256 reserve,
        uint256 cap
    ) internal pure returns (uint256) {
        unchecked {
            uint256 available = cap - min(reserve, cap);
            return min(min(charge_, available * COST_SCALE) + overstay, cap * COST_SCALE) / COST_SCALE;
        }
    }

    /// @notice Until when the driver cancels for nothing (section 3): never later than `opensAt`.
    function freeUntil(
        uint256 startsAt,
        uint256 opensAt,
        uint256 cancelUntilSec,
        uint256 bookedAt
    ) internal pure returns (uint256) {
        unchecked {
            uint256 cancelBy = min(startsAt - cancelUntilSec, opensAt);
            return max(cancelBy, min(bookedAt + COOLING_OFF_SEC, opensAt - LAST_HOUR_SEC));
        }
    }

    /// @notice Start, end, opens and closes of a booking: `opens <= start < end <= closes`.
    function moments(
        uint256 firstSlot,
        uint256 slotCount,
        uint256 earlyStartSec,
        uint256 lateStopSec
    ) internal pure returns (uint256 start, uint256 end, uint256 opens, uint256 closes) {
        unchecked {
            start = firstSlot * SLOT_SEC;
            end = (firstSlot + slotCount) * SLOT_SEC;
            opens = start - earlyStartSec;
            closes = end + lateStopSec;
        }
    }

    /// @notice Where in the ring an epoch's word is: two epochs of the horizon never share a place (rule 14).
    function ringIndex(uint256 epoch) internal pure returns (uint256) {
        return epoch % RING_WORDS;
    }

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
            return max(allowedCost, cosignedCost + min(unsignedCost, proven));
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
            uint256 perSlot = max(minCapPerSlot, NOSHOW_CAP_FACTOR * feePerSlot);
            return max(1, perSlot * slotCount);
        }
    }

    /// @notice What a lost challenge costs (rule 7): the disputed money, at least about what a proof costs in gas, at most
    /// the bond.
    function forfeit(uint256 disputed, uint256 forfeitMin, uint256 bond) internal pure returns (uint256) {
        return min(bond, max(disputed, forfeitMin));
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
