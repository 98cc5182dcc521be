// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking} from "../types/Booking.sol";
import {Allowance} from "../types/Calls.sol";
import {BookingId} from "../types/Ids.sol";
import {CompactSignature, Reading} from "../types/Reading.sol";
import {BookingState} from "../types/State.sol";

/// @title Claims: what is reported without a final reading that settles at once
/// @notice Without a final co-signature nothing pays more than rule 1 allows (see Bounds), and nothing at all without
/// the driver's start secret or co-signature (rule 3).
interface IClaims {
    /// @notice A co-signed reading was claimed, or shown in a challenge.
    event Claimed(
        BookingId indexed bookingId,
        BookingState state,
        Reading reading,
        CompactSignature agentSignature,
        CompactSignature sessionSignature
    );

    /// @notice The agent alone claimed more than the driver allowed, or a raise was added to that claim.
    event ClaimedAlone(
        BookingId indexed bookingId,
        BookingState state,
        Reading reading,
        CompactSignature agentSignature,
        bytes32 secret,
        Allowance allowance
    );

    /// @notice Thrown when a final reading is claimed: it settles, or nothing.
    error Claim_Final(BookingId bookingId);

    /// @notice Thrown when the agent alone claims after its key was revoked.
    error Claim_AgentKeyRevoked(BookingId bookingId);

    /// @notice Thrown when the agent alone claimed before, and no higher raise comes with the same reading.
    error Claim_AlreadyRaised(BookingId bookingId);

    /// @notice Thrown when a part of the agent's claim is below the newest co-signed reading.
    error Claim_BelowCosigned(BookingId bookingId);

    /// @notice Pays by a final reading that both signed, from any open state, as `settle` does from the first ones:
    /// while a claim or challenge has its window. Signing the reading that was challenged forfeits the bond as a proof
    /// does.
    function settleFrom(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external;

    /// @notice Claims a co-signed reading that is not final, or replaces it by one with a higher seq; the first deadline
    /// stays. It replaces a no-show claim, and then its window starts again.
    function claim(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        CompactSignature calldata sessionSignature
    ) external;

    /// @notice The agent's final reading without a co-signature. If it costs no more than the driver allowed it settles
    /// at once, as `settleAlone` does, also on top of a claim or in a challenge; the reading that was challenged forfeits
    /// the bond as a proof does. Else it is a claim: until `reportBy`, once, first or on top of a co-signed one, and its
    /// window starts again. The same reading with a higher raise adds it to the claim, and moves no deadline.
    /// @param reading Final, within the booking's time and the listed power, no part below the newest co-signed one.
    /// @param secret The start secret, which the driver's device handed over at plug-in.
    function claimAlone(
        Booking calldata booking,
        BookingState calldata state,
        Reading calldata reading,
        CompactSignature calldata agentSignature,
        bytes32 secret,
        Allowance calldata allowance
    ) external;
}
