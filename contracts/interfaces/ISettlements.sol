// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookingId} from "../types/Ids.sol";
import {Settlement} from "../types/Calls.sol";
import {CompactSignature, Payout, Reading} from "../types/Reading.sol";

/// @title Settlements: a final reading that both signed pays at once
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

    /// @notice Thrown when the agent key did not sign the reading.
    error Reading_AgentSignatureInvalid(BookingId bookingId);

    /// @notice Thrown when the session key did not sign the reading.
    error Reading_SessionSignatureInvalid(BookingId bookingId);

    /// @notice Thrown when a settlement is tried with a reading that is not final.
    error Reading_NotFinal(BookingId bookingId);

    /// @notice Thrown when a reading's packed word has spare bits set.
    error Reading_Malformed(BookingId bookingId);

    /// @notice Thrown when a reading ends before it began.
    error Reading_TimeReversed(uint256 beganAt, uint256 endedAt);

    /// @notice Thrown when a unilateral claim is outside of the booking's time.
    error Reading_OutsideWindow(uint256 readingAt, uint256 opens, uint256 closes);

    /// @notice Thrown when a unilateral claim holds more energy than the listed power can give in its time.
    error Reading_PowerExceeded(uint256 energyWh, uint256 limitWh);

    /// @notice Thrown when a reading is not newer than the one it would replace.
    error Reading_NotNewer(uint256 seq, uint256 newest);

    /// @notice Pays by a final reading that agent key and session key signed, while the booking is in the state
    /// in which it was booked. The usual end; `settleFrom` does the same from every other open state.
    function settle(Settlement calldata settlement) external;
}
