// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Arithmetic} from "../../contracts/libraries/Arithmetic.sol";

// What the SMTChecker proves in `npm run test:deep`, for all values of these types: the words of a booking hold no
// others. The exact values beside the library's are checked arithmetic, so their equality shows that nothing overflows.

contract CostProof {
    function neverAboveCap(
        uint48 energyWh,
        uint48 pricePerKwh,
        uint40 timeSec,
        uint48 pricePerHour,
        uint48 flatFee,
        uint32 overstaySec,
        uint48 overstayPerHour,
        uint48 reserve,
        uint64 cap
    ) external pure {
        uint256 flat = uint256(energyWh) + timeSec == 0 ? 0 : uint256(flatFee) * 3_600_000;
        uint256 exact =
            uint256(energyWh) * pricePerKwh * 3_600 + uint256(timeSec) * pricePerHour * 1_000 + flat;
        uint256 charge = Arithmetic.charge(energyWh, pricePerKwh, timeSec, pricePerHour, flatFee);
        assert(charge == exact);
        uint256 overstay = Arithmetic.overstayCharge(overstaySec, overstayPerHour);
        assert(overstay == uint256(overstaySec) * overstayPerHour * 1_000);
        assert(Arithmetic.capped(charge, overstay, reserve, cap) <= cap);
    }
}

contract TimesProof {
    function inOrder(
        uint32 firstSlot,
        uint16 slotCount,
        uint16 earlyStartMin,
        uint16 lateStopMin
    ) external pure {
        // Slots of 1970's first months are never booked; a listing opens at most six hours early.
        if (firstSlot < 10_000 || slotCount == 0 || earlyStartMin > 360) return;
        (uint256 start, uint256 end, uint256 opens, uint256 closes) = Arithmetic.moments(
            firstSlot,
            slotCount,
            uint256(earlyStartMin) * 60,
            uint256(lateStopMin) * 60
        );
        assert(opens <= start && start < end && end <= closes);
    }

    function freeCancellingEndsBeforeOpening(
        uint32 firstSlot,
        uint16 earlyStartMin,
        uint16 cancelUntilMin,
        uint40 bookedAt
    ) external pure {
        if (firstSlot < 10_000 || earlyStartMin > 360 || cancelUntilMin > 10_080) return;
        uint256 start = uint256(firstSlot) * 900;
        uint256 opens = start - uint256(earlyStartMin) * 60;
        assert(Arithmetic.freeUntil(start, opens, uint256(cancelUntilMin) * 60, bookedAt) <= opens);
    }
}

contract CalendarProof {
    function liveEpochsHaveTheirOwnPlaces(uint32 nowSlot, uint32 one, uint32 other) external pure {
        // HORIZON_SLOTS of the calendar: seven words of 224 slots.
        if (one < nowSlot || uint256(one) > uint256(nowSlot) + 1_568) return;
        if (other < nowSlot || uint256(other) > uint256(nowSlot) + 1_568) return;
        uint256 epoch = uint256(one) / 224;
        uint256 otherEpoch = uint256(other) / 224;
        if (epoch != otherEpoch) assert(Arithmetic.ringIndex(epoch) != Arithmetic.ringIndex(otherEpoch));
    }
}
