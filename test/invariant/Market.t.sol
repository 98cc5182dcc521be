// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InvariantTargets} from "../support/Checks.sol";
import {vm} from "../support/Vm.sol";
import {MarketHandler} from "./MarketHandler.sol";
import {Transitions} from "./Transitions.sol";

/// @title What is true of the market after any calls, in any order, at any time
/// @notice
/// 1. Solvency: free money, locked money and earnings together are, to the unit, what the market holds; and that is
///    deposits less withdrawals. Tokens that were sent to it without a deposit belong to nobody.
/// 2. Conservation: everybody's total changes only by tariffs, fees and bonds, and what one pays another receives.
/// 3. Caps: no booking pays over its cap, or over what it locked with a forfeit; nothing without a final co-signature
///    pays over what the driver allowed, or over what was co-signed and as much again within the trust that they signed.
/// 4. No two bookings hold the same slot; a slot is refused only when it is held; the bits of every booking that is
///    not in the past are in the calendar.
/// 5. No transition outside of the table: each call succeeds exactly when signatures, stage and time allow it, and the
///    tail of every purse is its generation, or the hash of the booking and state that the model has.
/// 6. Nothing pays twice: calls with an ended booking or an old state are refused.
/// 7. The sink never falls, and no booking is ever in it.
/// 8. Anybody can end every open booking from its deadline on.
contract MarketInvariants is InvariantTargets {
    uint256 private constant STEPS = 36_000;

    MarketHandler private _handler;
    bytes4[] private _calls;
    /// @dev What claims and disputes are made of: drawn more often, since they need several calls in turn.
    bytes4[] private _disputes;

    function setUp() public {
        _handler = new MarketHandler();
        _calls = [
            _handler.putIn.selector,
            _handler.takeOut.selector,
            _handler.book.selector,
            _handler.bookSigned.selector,
            _handler.bookOffer.selector,
            _handler.fundAndBook.selector,
            _handler.bookAll.selector,
            _handler.settleAll.selector,
            _handler.settleAllAlone.selector,
            _handler.cancel.selector,
            _handler.arrived.selector,
            _handler.settle.selector,
            _handler.claim.selector,
            _handler.answer.selector,
            _handler.claimAlone.selector,
            _handler.settleAlone.selector,
            _handler.allow.selector,
            _handler.concede.selector,
            _handler.settleAndGiveBack.selector,
            _handler.settleAloneAndGiveBack.selector,
            _handler.raise.selector,
            _handler.claimNoShow.selector,
            _handler.challenge.selector,
            _handler.prove.selector,
            _handler.end.selector,
            _handler.list.selector,
            _handler.beat.selector,
            _handler.pass.selector,
            _handler.passToEdge.selector
        ];
        _disputes = [
            _handler.claim.selector,
            _handler.claimAlone.selector,
            _handler.raise.selector,
            _handler.raise.selector,
            _handler.challenge.selector,
            _handler.challenge.selector,
            _handler.prove.selector,
            _handler.prove.selector,
            _handler.allow.selector,
            _handler.arrived.selector,
            _handler.claimNoShow.selector,
            _handler.settle.selector,
            _handler.passToEdge.selector
        ];
        targetContract(address(_handler));
        targetSelectors(address(_handler), _calls);
        for (uint256 i = 0; i < 24; ++i) _handler.putIn(i);
    }

    /// @dev One function for all checks: separate ones would each make the same calls again.
    function invariant_TheMarketIsWhatTheModelSays() public {
        _handler.check();
    }

    /// @dev At the end of each run.
    function afterInvariant() public {
        _handler.checkAllExits();
    }

    /// @dev The same calls with numbers drawn here: proves that they reach every row of the table, and that each call
    /// both succeeds and is refused, so that the invariants above are not empty.
    function test_HandlersReachEveryOutcome() public {
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 n = uint256(keccak256(abi.encode(i)));
            bytes4 selector = i % 3 == 0 ? _disputes[n % _disputes.length] : _calls[n % _calls.length];
            (bool done, ) = address(_handler).call(abi.encodeWithSelector(selector, n));
            assertTrue(done, "a handler never reverts");
            if (i % 16 == 0) _handler.check();
        }
        _handler.check();
        string memory missing = string.concat(_rowsMissing(), _callsMissing());
        assertTrue(bytes(missing).length == 0, missing);
    }

    function _rowsMissing() private view returns (string memory missing) {
        for (uint256 i = 0; i < _handler.rowCount(); ++i) {
            (Transitions.Row memory row, uint256 happened) = _handler.rowOf(i);
            string memory name = string.concat("from ", vm.toString(uint256(row.from)));
            name = string.concat(name, " by ", vm.toString(uint256(row.move)));
            if (happened == 0)
                missing = string.concat(missing, name, " to ", vm.toString(uint256(row.to)), "; ");
        }
    }

    function _callsMissing() private view returns (string memory missing) {
        string[38] memory both = [
            "depositWithPermit",
            "depositWithAuthorization",
            "withdraw",
            "withdrawBySignature",
            "withdrawEarnings",
            "withdrawEarningsBySignature",
            "book",
            "bookSigned",
            "bookByWallet",
            "fundAndBook",
            "bookOffer",
            "batchBook",
            "cancelFree",
            "cancelLate",
            "cancelByHost",
            "cancelByHostAgreed",
            "arrived",
            "deny",
            "settle",
            "settleFrom",
            "settleAndGiveBack",
            "settleAlone",
            "settleAloneAndGiveBack",
            "settleInBatch",
            "settleAloneInBatch",
            "claim",
            "claimAlone",
            "raise",
            "claimNoShow",
            "challenge",
            "proveR1",
            "proveK1",
            "finalise",
            "expire",
            "updateListing",
            "closeOrOpen",
            "revoke",
            "pause"
        ];
        for (uint256 i = 0; i < both.length; ++i) {
            if (_handler.succeeded(both[i]) == 0)
                missing = string.concat(missing, both[i], " never happened; ");
            if (_handler.refused(both[i]) == 0) missing = string.concat(missing, both[i], " never refused; ");
        }
        string[6] memory happened = [
            "deposit",
            "bookAll",
            "settleAll",
            "settleAllAlone",
            "publishNew",
            "concede"
        ];
        for (uint256 i = 0; i < happened.length; ++i) {
            if (_handler.succeeded(happened[i]) == 0)
                missing = string.concat(missing, happened[i], " never; ");
        }
        string[3] memory refused = ["beat", "proveNothing", "publishAgain"];
        for (uint256 i = 0; i < refused.length; ++i) {
            if (_handler.refused(refused[i]) == 0)
                missing = string.concat(missing, refused[i], " never tried; ");
        }
    }
}
