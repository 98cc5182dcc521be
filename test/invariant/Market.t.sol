// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPlugpactMarket} from "../../contracts/interfaces/IPlugpactMarket.sol";
import {Phase} from "../../contracts/types/Booking.sol";
import {ListingId} from "../../contracts/types/Ids.sol";
import {InvariantTargets} from "../support/Checks.sol";
import {vm} from "../support/Vm.sol";
import {SessionHandler} from "./SessionHandler.sol";

/// @title What holds of the market whatever people do, in whatever order, at whatever time
/// @notice
/// 1. Solvency: free money, locked money and earnings together are, to the unit, what the market holds; and that is
///    what was deposited less what was withdrawn.
/// 2. The money of every purse and every host is what the model says: each outcome moves what the table of states
///    says, and nothing else moves.
/// 3. Nothing pays twice: a booking that ended takes no further call of any kind.
/// 4. Nothing pays over its cap.
/// 5. No two bookings hold the same slot; a slot is refused only when it is held; the bits of every booking that has
///    not passed stand in the calendar.
/// 6. No transition outside of the table: each call succeeds exactly when phase and time allow it, and the tail of
///    every purse is its generation, or the hash of the very booking and state that the model has.
/// 7. A generation never falls: leaving a booking raises it by one.
/// 8. Every open booking can be ended by anybody from its deadline on.
contract MarketInvariants is InvariantTargets {
    uint256 private constant DRIVERS = 3;
    uint256 private constant PURSES = 2;
    uint256 private constant LISTINGS = 2;

    error Ended();

    SessionHandler private _handler;
    IPlugpactMarket private _market;

    function setUp() public {
        _handler = new SessionHandler();
        _market = _handler.market();
        bytes4[] memory calls = new bytes4[](12);
        calls[0] = SessionHandler.deposit.selector;
        calls[1] = SessionHandler.withdraw.selector;
        calls[2] = SessionHandler.withdrawEarnings.selector;
        calls[3] = SessionHandler.book.selector;
        calls[4] = SessionHandler.cancelByDriver.selector;
        calls[5] = SessionHandler.cancelByHost.selector;
        calls[6] = SessionHandler.settle.selector;
        calls[7] = SessionHandler.claim.selector;
        calls[8] = SessionHandler.finalise.selector;
        calls[9] = SessionHandler.expire.selector;
        calls[10] = SessionHandler.beat.selector;
        calls[11] = SessionHandler.pass.selector;
        targetContract(address(_handler));
        targetSelectors(address(_handler), calls);
        for (uint256 i = 0; i < DRIVERS; ++i) {
            for (uint256 j = 0; j < PURSES; ++j) _handler.deposit(i, j, 50_000_000);
        }
    }

    function invariant_HoldsWhatItOwes() public view {
        uint256 owed = _handler.locked();
        for (uint256 i = 0; i < DRIVERS; ++i) {
            for (uint256 j = 0; j < PURSES; ++j) owed += _balance(_handler.driverOf(i), j);
        }
        owed += _balance(_handler.relayer(), 0);
        for (uint256 i = 0; i < LISTINGS; ++i) owed += _earned(i);
        uint256 held = _handler.token().balanceOf(address(_market));
        assertEq(owed, held, "owed and held");
        assertEq(held, _handler.deposited() - _handler.withdrawn(), "held and moved");
    }

    function invariant_MoneyIsWhereTheModelSays() public view {
        for (uint256 i = 0; i < DRIVERS; ++i) {
            for (uint256 j = 0; j < PURSES; ++j) {
                assertEq(_balance(_handler.driverOf(i), j), _handler.free(i, j), "purse");
            }
        }
        for (uint256 i = 0; i < LISTINGS; ++i) assertEq(_earned(i), _handler.earned(i), "earnings");
        assertEq(_balance(_handler.relayer(), 0), _handler.relayed(), "relay fees");
    }

    function invariant_CallsSucceedExactlyWhenAllowed() public view {
        string memory violation = _handler.violation();
        assertTrue(bytes(violation).length == 0, violation);
    }

    function invariant_TailsAreGenerationsOrTheModelsStates() public view {
        for (uint256 i = 0; i < DRIVERS; ++i) {
            for (uint256 j = 0; j < PURSES; ++j) {
                (, uint192 tail) = _market.purseOf(_handler.driverOf(i), uint32(j));
                assertEq(uint256(tail), uint256(_handler.expectedTail(i, j)), "tail");
            }
        }
    }

    function invariant_CalendarHoldsEveryBookingAhead() public view {
        for (uint256 i = 0; i < _handler.openCount(); ++i) {
            SessionHandler.Record memory r = _handler.recordOf(i);
            uint256 first = r.booking.session.firstSlot();
            ListingId listingId = _handler.listingIdOf(r.listing);
            for (uint256 slot = first; slot < first + r.booking.session.slotCount(); ++slot) {
                if (slot < block.timestamp / 900) continue;
                uint256 word = _market.calendarWordOf(listingId, slot);
                assertEq(word >> 224, slot / 224, "epoch");
                assertEq((word >> (slot % 224)) & 1, 1, "slot");
            }
        }
    }

    function invariant_EveryOpenBookingCanBeEnded() public {
        uint256 nowSec = block.timestamp;
        for (uint256 i = 0; i < _handler.openCount(); ++i) {
            uint256 deadline = _handler.deadlineOf(i);
            vm.warp(deadline > nowSec ? deadline : nowSec);
            try this.endAndUndo(i) {
                assertTrue(false, "unreachable: endAndUndo always reverts");
            } catch (bytes memory reason) {
                assertEq(bytes32(reason), bytes32(Ended.selector), "an open booking cannot be ended");
            }
            vm.warp(nowSec);
        }
    }

    /// @dev Ends a booking as a stranger and takes it back, by reverting with `Ended`.
    function endAndUndo(uint256 openIndex) external {
        SessionHandler.Record memory r = _handler.recordOf(openIndex);
        if (r.phase == Phase.CLAIMED) _market.finalise(r.booking, r.state);
        else _market.expire(r.booking, r.state);
        revert Ended();
    }

    /// @dev The same calls with numbers drawn here: proves that they reach every outcome, so that the invariants
    /// above speak of something.
    function test_HandlersReachEveryOutcome() public {
        for (uint256 i = 0; i < 1_200; ++i) _step(uint256(keccak256(abi.encode(i))));
        string[13] memory outcomes = [
            "deposit",
            "withdraw",
            "withdrawEarnings",
            "book",
            "bookSigned",
            "cancelFree",
            "cancelLate",
            "cancelByHost",
            "settleReserved",
            "settleClaimed",
            "claim",
            "replace",
            "finalise"
        ];
        for (uint256 i = 0; i < outcomes.length; ++i) {
            assertTrue(_handler.succeeded(outcomes[i]) > 0, string.concat("never happened: ", outcomes[i]));
        }
        assertTrue(_handler.succeeded("expire") > 0, "never happened: expire");
        string[9] memory calls = [
            "withdraw",
            "book",
            "cancelByDriver",
            "cancelByHost",
            "settle",
            "claim",
            "finalise",
            "expire",
            "beat"
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            assertTrue(_handler.refused(calls[i]) > 0, string.concat("never refused: ", calls[i]));
        }
        invariant_HoldsWhatItOwes();
        invariant_MoneyIsWhereTheModelSays();
        invariant_CallsSucceedExactlyWhenAllowed();
        invariant_TailsAreGenerationsOrTheModelsStates();
        invariant_CalendarHoldsEveryBookingAhead();
        invariant_EveryOpenBookingCanBeEnded();
    }

    function _step(uint256 n) private {
        (uint256 call, uint256 a, uint256 b) = (n % 16, uint256(keccak256(abi.encode(n, 1))), n >> 8);
        if (call == 0) _handler.deposit(a, b, a >> 16);
        else if (call == 1) _handler.withdraw(a, b, a >> 16);
        else if (call == 2) _handler.withdrawEarnings(a, b);
        else if (call < 6) _handler.book(a, a >> 8, b, a >> 16, call == 5);
        else if (call == 6) _handler.cancelByDriver(a);
        else if (call == 7) _handler.cancelByHost(a, b % 2 == 0);
        else if (call == 8) _handler.settle(a, b);
        else if (call < 11) _handler.claim(a, b, call == 9);
        else if (call == 11) _handler.finalise(a);
        else if (call == 12) _handler.expire(a);
        else if (call == 13) _handler.beat(a, a >> 8, b);
        else _handler.pass(b, a);
    }

    function _balance(address account, uint256 purse) private view returns (uint256 balance) {
        (balance, ) = _market.purseOf(account, uint32(purse));
    }

    function _earned(uint256 listing) private view returns (uint256 amount) {
        (bytes32 id, address host) = _handler.listingOf(listing);
        (amount, , ) = _market.earningsOf(ListingId.wrap(id), host);
    }
}
