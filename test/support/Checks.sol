// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "./Vm.sol";

/// @notice Base of all Solidity tests: assertions that show both values, and bounds for fuzzed input.
abstract contract Checks {
    /// @notice Thrown when two numbers that must be equal differ.
    error Check_NotEqual(uint256 actual, uint256 expected, string what);
    /// @notice Thrown when two words that must be equal differ.
    error Check_NotEqualBytes32(bytes32 actual, bytes32 expected, string what);
    /// @notice Thrown when two addresses that must be equal differ.
    error Check_NotEqualAddress(address actual, address expected, string what);
    /// @notice Thrown when a number is above the limit it must keep.
    error Check_Above(uint256 actual, uint256 limit, string what);
    /// @notice Thrown when a condition does not hold.
    error Check_False(string what);

    /// @notice The runner recognises a contract with tests by this name.
    // solhint-disable-next-line const-name-snakecase
    bool public constant IS_TEST = true;

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        require(actual == expected, Check_NotEqual(actual, expected, what));
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory what) internal pure {
        require(actual == expected, Check_NotEqualBytes32(actual, expected, what));
    }

    function assertEq(address actual, address expected, string memory what) internal pure {
        require(actual == expected, Check_NotEqualAddress(actual, expected, what));
    }

    function assertLe(uint256 actual, uint256 limit, string memory what) internal pure {
        require(actual <= limit, Check_Above(actual, limit, what));
    }

    function assertTrue(bool condition, string memory what) internal pure {
        require(condition, Check_False(what));
    }

    /// @notice Maps any number into [lowest, highest], both included; numbers inside of it are unchanged.
    function bound(uint256 value, uint256 lowest, uint256 highest) internal pure returns (uint256) {
        require(lowest <= highest, Check_Above(lowest, highest, "bound: lowest"));
        if (value >= lowest && value <= highest) return value;
        uint256 span = highest - lowest;
        if (span == type(uint256).max) return value;
        return lowest + (value % (span + 1));
    }

    /// @notice A named account that no other test uses, with its private key.
    function makeAccount(string memory name) internal returns (address account, uint256 privateKey) {
        privateKey = uint256(keccak256(bytes(name)));
        account = vm.addr(privateKey);
        vm.label(account, name);
    }
}

/// @notice Base of the invariant tests: registers the handlers and calls that the runner draws from.
abstract contract InvariantTargets is Checks {
    /// @notice A contract and the calls of it that may be drawn.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    address[] private _targets;
    address[] private _senders;
    FuzzSelector[] private _selectors;

    /// @notice Draws calls only of this contract and of others that are registered.
    function targetContract(address target) internal {
        _targets.push(target);
    }

    /// @notice Draws the sender of each call from the registered accounts.
    function targetSender(address sender) internal {
        _senders.push(sender);
    }

    /// @notice Draws these calls of the contract only.
    function targetSelectors(address target, bytes4[] memory selectors) internal {
        _selectors.push(FuzzSelector(target, selectors));
    }

    /// @notice Read by the runner.
    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    /// @notice Read by the runner.
    function targetSenders() external view returns (address[] memory) {
        return _senders;
    }

    /// @notice Read by the runner.
    function targetSelectors() external view returns (FuzzSelector[] memory) {
        return _selectors;
    }
}
