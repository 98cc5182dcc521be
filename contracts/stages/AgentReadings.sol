// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Booking} from "../types/Booking.sol";
import {Allowance} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Measure, Reading} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {OpenBookings} from "./OpenBookings.sol";

/// @title The agent's final reading without a co-signature: what it must prove, and what the driver allowed
abstract contract AgentReadings is OpenBookings {
    /// @dev Requires a final reading of the agent, the start secret (rule 3), and plausible quantities (rule 5).
    function _requireAgentFinal(
        BookingId bookingId,
        Booking calldata booking,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        bytes32 secret
    ) internal view {
        if (Hashing.ofOne(secret) != booking.startHash) {
            revert ISettlements.Claim_SecretMismatch(bookingId);
        }
        if (!reading.measure.isFinal()) revert ISettlements.Reading_NotFinal(bookingId);
        _requireAgentSigned(bookingId, booking, reading, agentSignature);
        _requirePlausible(booking, reading.measure);
    }

    /// @dev What the agent's final word may cost: the booking's `allowedCost`, or the raise that the session key signed.
    function _allowedCost(
        BookingId bookingId,
        Booking calldata booking,
        Allowance calldata allowance
    ) internal view returns (uint256) {
        uint256 raised = allowance.cost;
        CompactSignature calldata signature = allowance.sessionSignature;
        if (raised == 0) {
            // One encoding, so that no event shows a signature that nobody checked.
            if (signature.r | signature.vs != 0) revert ISettlements.Allowance_SignatureInvalid(bookingId);
            return booking.money.allowedCost();
        }
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(SignedTypes.ALLOWANCE, bookingId, raised)));
        if (!signature.isBy(booking.session.sessionKey(), digest)) {
            revert ISettlements.Allowance_SignatureInvalid(bookingId);
        }
        // Within 64 bits, since the cap is.
        return Math.min(booking.money.cap(), Math.max(raised, booking.money.allowedCost()));
    }

    /// @dev Rule 5: nothing outside of the booking's time or ahead of now, and no more energy than the listed power
    /// gives. Overstay counts from `closes`.
    function _requirePlausible(Booking calldata booking, Measure measure) private view {
        uint256 opens = booking.session.opensAt(booking.terms.bookingTerms);
        uint256 closes = booking.session.closesAt(booking.terms.bookingTerms);
        uint256 latest = Math.min(closes, block.timestamp);
        if (measure.beganAt() < opens) {
            revert ISettlements.Reading_OutsideWindow(measure.beganAt(), opens, latest);
        }
        if (measure.endedAt() > latest) {
            revert ISettlements.Reading_OutsideWindow(measure.endedAt(), opens, latest);
        }
        uint256 overstayEnd = closes + measure.overstaySec();
        if (measure.overstaySec() != 0 && overstayEnd > block.timestamp) {
            revert ISettlements.Reading_OutsideWindow(overstayEnd, opens, block.timestamp);
        }
        uint256 limitWh = Arithmetic.energyLimitWh(booking.terms.metering.maxPowerW(), measure.timeSec());
        if (measure.energyWh() > limitWh) {
            revert ISettlements.Reading_PowerExceeded(measure.energyWh(), limitWh);
        }
    }
}
