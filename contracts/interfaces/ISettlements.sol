// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AloneSettlement, Allowance, GiveBack, Settlement} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Payout, Reading} from "../types/Reading.sol";

/// @title Settlements: a final reading pays at once, if both signed it or the driver allowed its cost
/// @notice Cost over the cap pays the cap and never reverts. The state is overwritten before money moves.
interface ISettlements {
    /// @notice A final reading, signed by both, ended the booking as FULFILLED.
    event Settled(
        BookingId indexed bookingId,
        Payout payout,
        Reading reading,
        CompactSignature agentSignature,
        CompactSignature sessionSignature
    );

    /// @notice A final reading of the agent alone, within what the driver allowed, ended the booking as FULFILLED.
    event SettledAlone(
        BookingId indexed bookingId,
        Payout payout,
        Reading reading,
        CompactSignature agentSignature,
        bytes32 secret,
        Allowance allowance
    );

    /// @notice The slots from `fromSlot` on can be booked again.
    event SlotsGivenBack(BookingId indexed bookingId, uint256 fromSlot, CompactSignature agentSignature);

    /// @notice Thrown when the agent key did not sign the reading.
    error Reading_AgentSignatureInvalid(BookingId bookingId);

    /// @notice Thrown when the session key did not sign the reading.
    error Reading_SessionSignatureInvalid(BookingId bookingId);

    /// @notice Thrown when a settlement is tried with a reading that is not final.
    error Reading_NotFinal(BookingId bookingId);

    /// @notice Thrown when a reading's packed word has spare bits set, or `bookedAt` in a call that does not take it.
    error Reading_Malformed(BookingId bookingId);

    /// @notice Thrown when a reading ends before it began.
    error Reading_TimeReversed(uint256 beganAt, uint256 endedAt);

    /// @notice Thrown when a reading that is not co-signed is outside of the booking's time, or ahead of now.
    error Reading_OutsideWindow(uint256 readingAt, uint256 opens, uint256 latest);

    /// @notice Thrown when a reading that is not co-signed holds more energy than the listed power gives in its time.
    error Reading_PowerExceeded(uint256 energyWh, uint256 limitWh);

    /// @notice Thrown when a reading is not newer than the newest co-signed one.
    error Reading_NotNewer(uint256 seq, uint256 newest);

    /// @notice Thrown when the start secret is not the one that the driver committed to.
    error Claim_SecretMismatch(BookingId bookingId);

    /// @notice Thrown when the session key did not sign the raise of the allowance, or a signature comes without a raise.
    error Allowance_SignatureInvalid(BookingId bookingId);

    /// @notice Thrown when the agent alone settles for more than the driver allowed: `claimAlone` takes it as a claim.
    error Settlement_NotAllowed(BookingId bookingId, uint256 cost, uint256 allowedCost);

    /// @notice Thrown when the agent key did not sign for the slots that would be given back.
    error GiveBack_SignatureInvalid(BookingId bookingId);

    /// @notice Pays by a final reading that agent key and session key signed, from `opens` to `reportBy`, while nothing
    /// is claimed. The usual end; `settleFrom` does the same from every other open state.
    function settle(Settlement calldata settlement) external;

    /// @notice Pays by the agent's final reading alone, if it costs no more than the driver allowed, from `opens` to
    /// `reportBy`, while nothing is claimed. No window, no challenge; `claimAlone` does the same from other states.
    function settleAlone(AloneSettlement calldata settlement) external;

    /// @notice `settle`, and frees the booking's last slots that have not begun.
    function settleAndGiveBack(Settlement calldata settlement, GiveBack calldata given) external;

    /// @notice `settleAlone`, and frees the booking's last slots that have not begun.
    function settleAloneAndGiveBack(AloneSettlement calldata settlement, GiveBack calldata given) external;
}
