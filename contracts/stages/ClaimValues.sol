// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IClaims} from "../interfaces/IClaims.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Booking} from "../types/Booking.sol";
import {BookingId} from "../types/Ids.sol";
import {ListingStatus} from "../types/Listing.sol";
import {State, StateClaim, StateHead} from "../types/State.sol";
import {OpenBookings} from "./OpenBookings.sol";

/// @title Claim values: what a claim is worth, in token units, and until when it stands
/// @notice Must equal protocol/claimValues.ts.
abstract contract ClaimValues is OpenBookings {
    /// @dev When a claim or a challenge ends by itself: its window begins no sooner than the booking closes.
    function _windowEnd(Booking calldata booking, StateHead head) internal view returns (uint256) {
        uint256 from = Math.max(head.since(), booking.session.closesAt(booking.terms.bookingTerms));
        unchecked {
            return from + (head.name() == State.CHALLENGED ? PROOF_WINDOW_SEC : CHALLENGE_WINDOW_SEC);
        }
    }

    /// @dev Rule 21: what is claimed on the agent's word is refused once its key was revoked.
    function _requireAgentKeyLive(BookingId bookingId, Booking calldata booking) internal view {
        if (_listings[booking.listingId()].status() == ListingStatus.REVOKED) {
            revert IClaims.Claim_AgentKeyRevoked(bookingId);
        }
    }

    /// @dev The cost of the newest co-signed reading.
    function _cosignedCost(Booking calldata booking, StateHead head) internal pure returns (uint256) {
        return _provenCost(booking, head, head.cosignedWh());
    }

    /// @dev What the driver allowed: at booking, or by the raise that came with the claim.
    function _allowedIn(Booking calldata booking, StateHead head) internal pure returns (uint256) {
        return Math.max(booking.money.allowedCost(), head.raisedCost());
    }

    /// @dev What the agent's claim pays if nobody challenges it (rule 1), never less than what was co-signed.
    /// @param cosigned From `_cosignedCost`, here and below: a call computes it once.
    function _claimedCost(
        Booking calldata booking,
        StateHead head,
        StateClaim claim,
        uint256 cosigned
    ) internal pure returns (uint256) {
        uint256 cost = _costOf(booking, claim.claimed());
        return Math.max(cosigned, Math.min(cost, _mayPay(booking, head, cosigned)));
    }

    /// @dev What no challenge takes: the co-signed, and the claim up to what the driver allowed.
    function _unchallengedCost(
        Booking calldata booking,
        StateHead head,
        StateClaim claim,
        uint256 cosigned
    ) internal pure returns (uint256) {
        uint256 cost = _costOf(booking, claim.claimed());
        return Math.max(cosigned, Math.min(cost, _allowedIn(booking, head)));
    }

    /// @dev What the meter's proof of this energy pays, within rule 1. A proof never raises time or overstay: beyond the
    /// co-signed they fall with the challenge.
    function _provenPays(
        Booking calldata booking,
        StateHead head,
        StateClaim claim,
        uint256 cosigned,
        uint256 provenWh
    ) internal pure returns (uint256) {
        uint256 cost = _provenCost(booking, head, Math.min(provenWh, claim.claimed().energyWh()));
        return Math.min(cost, _mayPay(booking, head, cosigned));
    }

    /// @dev What a challenged claim pays at its end, with the best proof so far.
    function _challengedCost(
        Booking calldata booking,
        StateHead head,
        StateClaim claim
    ) internal pure returns (uint256) {
        uint256 cosigned = _cosignedCost(booking, head);
        uint256 proven = _provenPays(booking, head, claim, cosigned, claim.bestProofWh());
        return Math.max(_unchallengedCost(booking, head, claim, cosigned), proven);
    }

    /// @dev The energy that counts as sold after a challenge: what was co-signed, or what of the claim the meter proved.
    function _challengedWh(
        Booking calldata booking,
        StateHead head,
        StateClaim claim
    ) internal pure returns (uint256) {
        uint256 provenWh = Math.min(claim.bestProofWh(), claim.claimed().energyWh());
        return Math.max(_plausibleWh(booking, head.cosignedWh(), head.cosignedSec()), provenWh);
    }

    /// @dev What a lost challenge costs the driver beside the claim (rule 7).
    /// @param claimed From `_claimedCost`, which is never below `cosigned`.
    function _forfeit(
        Booking calldata booking,
        uint256 claimed,
        uint256 cosigned
    ) internal view returns (uint256) {
        unchecked {
            return Arithmetic.forfeit(claimed - cosigned, FORFEIT_LEAST, _bondOf(booking.money));
        }
    }

    function _provenCost(
        Booking calldata booking,
        StateHead head,
        uint256 energyWh
    ) private pure returns (uint256) {
        return
            booking.terms.tariff.costOf(
                energyWh,
                head.cosignedSec(),
                head.cosignedOverstaySec(),
                booking.money.cap()
            );
    }

    function _mayPay(
        Booking calldata booking,
        StateHead head,
        uint256 cosignedCost
    ) private pure returns (uint256) {
        return
            Arithmetic.mayPay(
                _allowedIn(booking, head),
                cosignedCost,
                booking.money.unsignedCost(),
                booking.terms.tariff.flatFee()
            );
    }
}
