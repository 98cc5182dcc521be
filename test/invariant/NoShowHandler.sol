// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INoShows} from "../../contracts/interfaces/INoShows.sol";
import {ListingStatus} from "../../contracts/types/Listing.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {Handler} from "./Handler.sol";
import {Move, Stage} from "./Transitions.sol";

/// @notice The driver says that they were there, the agent that nobody came.
abstract contract NoShowHandler is Handler {
    function arrived(uint256 n) external someOpen {
        bool denies = _coinFlip(n, 79);
        Record storage r = _records[_open[_pick(n, _bit(denies ? Stage.NO_SHOW_CLAIMED : Stage.RESERVED))]];
        (address sender, bytes memory signature, bool good) = _authorizeAsDriver(n, r, SignedTypes.ARRIVED);
        bool inTime = block.timestamp < _deadline(r) && (!_isReserved(r) || block.timestamp >= _opens(r));
        bool allowed = good && inTime && (r.stage == Stage.RESERVED || r.stage == Stage.NO_SHOW_CLAIMED);
        bool denied = r.stage == Stage.NO_SHOW_CLAIMED;
        bool done = _try(sender, abi.encodeCall(INoShows.arrived, (r.booking, _state(r), signature)));
        _checkOutcome(denied ? "deny" : "arrived", allowed, done);
        if (done) _to(r, Move.ARRIVE, denied ? Stage.CONTESTED : Stage.ARRIVED);
    }

    function claimNoShow(uint256 n) external someOpen {
        Record storage r = _records[_open[_pick(n, _coinFlip(n, 142) ? _bit(Stage.ARRIVED) : _reserved())]];
        bool good = !_isUnusual(n, 83);
        bool allowed = good && _isReserved(r) && _sites[r.site].status != ListingStatus.REVOKED;
        allowed = allowed && block.timestamp >= _noshowFrom(r) && block.timestamp < _reportBy(r);
        bytes32 structHash = keccak256(abi.encode(SignedTypes.NO_SHOW, r.id));
        uint256 key = good ? _sites[r.site].agentKey : _keyOf[_stranger];
        bytes memory data = abi.encodeCall(
            INoShows.claimNoShow,
            (r.booking, _state(r), _sign(key, structHash))
        );
        bool done = _try(_anyRelayer(n), data);
        _checkOutcome("claimNoShow", allowed, done);
        if (!done) return;
        r.since = block.timestamp;
        _to(r, Move.CLAIM_NO_SHOW, r.stage == Stage.ARRIVED ? Stage.CONTESTED : Stage.NO_SHOW_CLAIMED);
    }
}
